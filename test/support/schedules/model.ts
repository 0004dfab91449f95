import { demand, isSame, sum } from './demand.ts';
import { type Moment, setOf } from './frozen-set.ts';
import type { Job, Request, Undo } from './job.ts';
import { type Counts, deletePage, restorePage } from './pages.ts';
import type { Entry, Json } from './witness.ts';
import { doomedBy, rowKey, tableOf, type Values, type World } from './world.ts';

export interface Model {
  readonly world: () => World;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly undos: ReadonlyMap<string, Undo>;
  /** Rows whose deletion a trigger refuses. */
  readonly refused: Set<string>;
  /** The bulk delete of every page that was deleted or undone, one after the other. */
  readonly turns: readonly string[];
  /** How many pages of a bulk delete have taken something. */
  readonly pagesWithRecords: ReadonlyMap<string, number>;
  isChangedByOthers(): boolean;
  /** Somebody is about to ask for this: whether it comes to be is read. */
  expect(id: string, request: Request): void;
  /** Nobody is in the middle of anything: from here on nothing older than the present can be seen. */
  settle(): void;
  /** Takes in what has happened. @throws when it may not, or has not done what it must. */
  apply(entry: Entry, together: boolean): void;
  left(id: string): readonly string[];
}

export function createModel(start: World): Model {
  let world = start;
  const requests = new Map<string, Request>();
  const jobs = new Map<string, Job>();
  const undos = new Map<string, Undo>();
  const pages = new Map<string, Map<number, readonly string[]>>();
  const refused = new Set<string>();
  const turns: string[] = [];
  const pagesWithRecords = new Map<string, number>();
  let isChangedByOthers = false;
  let moments: Moment[] = [];

  const left = (id: string) => {
    const job = get(jobs, id);
    return (job.frozen ?? []).filter((target) => [undefined, 'failed'].includes(job.outcomes.get(target)));
  };
  const now = (): Moment => ({
    live: world.live,
    left: new Map([...jobs.keys()].map((id) => [id, left(id)])),
  });

  /** What whoever has just finished may have seen. Alone, only what there is. */
  const seen = (together: boolean) => [world.live, ...(together ? moments.map(({ live }) => live) : [])];

  function freeze(job: Job): void {
    const found = [...(pages.get(job.id) ?? [])].sort(([a], [b]) => a - b).flatMap(([, ids]) => ids);
    const isAsOf = (moment: Moment) => isSame(setOf(job.request, moment), found);
    demand(
      [...moments, now()].some(isAsOf),
      `${job.id} froze ${found}, and its query means ${setOf(job.request, now())}`,
    );
    job.frozen = found;
  }

  function finishPage(job: Job, page: Json, together: boolean): void {
    const ids = page.object_ids as readonly string[];
    for (const id of ids) {
      demand(job.frozen?.includes(id) === true, `${job.id} worked on ${id}, which is not in its set`);
      demand(!job.outcomes.has(id), `${job.id} worked on ${id} twice`);
    }
    turns.push(job.id);
    if (page.n_failed !== 0) {
      demand(ids.length === 1 && page.n_failed === 1, `a page of ${ids.length} failed`);
      const key = rowKey(tableOf(job.request.objectType), ids[0] ?? '');
      const refusedThen = [...moments, now()].some(({ live }) =>
        [...doomedBy(live, [key])].some((doomed) => refused.has(doomed)),
      );
      demand(refusedThen || together, `${key} failed, and nothing refuses its deletion`);
      job.outcomes.set(ids[0] ?? '', 'failed');
      return;
    }
    const pageNo = Number(page.page_no);
    const said = seen(together).map((live) =>
      deletePage(world, { ...job.request, jobId: job.id, pageNo, ids }, live),
    );
    const done = pickSaid(
      said,
      ({ found }) => page.n_deleted === found.length && isSame(page.not_found_ids, without(ids, found)),
    );
    world = done.world;
    for (const id of ids) job.outcomes.set(id, done.found.includes(id) ? 'deleted' : 'not_found');
    add(job.counts, done.counts);
    if (done.found.length > 0) pagesWithRecords.set(job.id, (pagesWithRecords.get(job.id) ?? 0) + 1);
    const notFound = without(ids, done.found);
    demand(
      page.n_deleted === done.found.length,
      `page ${pageNo} counts ${page.n_deleted} deleted, not ${done.found.length}`,
    );
    demand(
      isSame(page.not_found_ids, notFound),
      `page ${pageNo} did not find ${page.not_found_ids}, not ${notFound}`,
    );
  }

  function finishUndoPage(undo: Undo, page: Json, together: boolean): void {
    const job = get(jobs, undo.jobId);
    const pageNo = Number(page.page_no);
    const { organizationId } = job.request;
    const said = seen(together).map((live) =>
      restorePage(world, { jobId: job.id, pageNo, organizationId }, live),
    );
    const done = pickSaid(
      said,
      ({ counts, conflicts }) => page.n_restored === sum(counts) && page.n_failed === conflicts.size,
    );
    world = done.world;
    turns.push(job.id);
    add(undo.counts, done.counts);
    for (const conflict of done.conflicts) undo.conflicts.add(conflict);
    const nRecords = [...done.conflicts].filter((conflict) => conflict.endsWith('/')).length;
    undo.nFailed += nRecords;
    undo.nLinksFailed += done.conflicts.size - nRecords;
    undo.nLinksRestored += done.nLinks;
    const nRestored = sum(done.counts);
    demand(page.n_restored === nRestored, `page ${pageNo} gave ${page.n_restored} back, not ${nRestored}`);
    demand(
      page.n_failed === done.conflicts.size,
      `page ${pageNo} has ${page.n_failed} conflicts, not ${[...done.conflicts]}`,
    );
  }

  function changeByOthers(before: Json | null, after: Json | null): void {
    isChangedByOthers = true;
    const live = new Map(world.live);
    const keyOf = ({ table, row }: Json) => rowKey(String(table), String((row as Values).id));
    if (before) live.delete(keyOf(before));
    if (after) live.set(keyOf(after), after.row as Values);
    world = { ...world, live };
  }

  function applyJob({ before, after }: Entry): void {
    const row = after ?? {};
    const id = String(row.id);
    if (before === null) {
      jobs.set(id, {
        id,
        request: get(requests, id),
        frozen: null,
        outcomes: new Map(),
        counts: {},
        row,
      });
      return;
    }
    const job = get(jobs, id);
    if (before.n_objects === null && row.n_objects !== null) freeze(job);
    else demand(before.n_objects === row.n_objects, `${id} changed its n_objects`);
    job.row = row;
  }

  function applyUndo({ before, after }: Entry): void {
    const row = after ?? {};
    const id = String(row.id);
    if (before !== null) {
      get(undos, id).row = row;
      return;
    }
    const jobId = String(row.bulk_delete_id);
    const nObjects = [...world.archive.keys()].filter((key) => key.startsWith(`${jobId}/`)).length;
    demand(row.n_objects === nObjects, `undo ${id} counts ${row.n_objects} objects, not ${nObjects}`);
    undos.set(id, {
      id,
      jobId,
      nObjects,
      counts: {},
      conflicts: new Set(),
      nFailed: 0,
      nLinksFailed: 0,
      nLinksRestored: 0,
      row,
    });
  }

  return {
    world: () => world,
    jobs,
    undos,
    refused,
    turns,
    pagesWithRecords,
    isChangedByOthers: () => isChangedByOthers,
    left,
    expect: (id, request) => requests.set(id, request),
    settle() {
      moments = [now()];
    },
    apply(entry, together) {
      const { what, before, after } = entry;
      if (what === 'bulk_delete') applyJob(entry);
      if (what === 'bulk_undo') applyUndo(entry);
      if (what === 'foreign') changeByOthers(before, after);
      if (what === 'bulk_delete_page') {
        const id = String(after?.bulk_delete_id);
        const ofJob = pages.get(id) ?? new Map<number, readonly string[]>();
        pages.set(id, ofJob.set(Number(after?.page_no), after?.object_ids as readonly string[]));
        if (isFinished(entry)) finishPage(get(jobs, id), after ?? {}, together);
      }
      if (what === 'bulk_undo_page' && isFinished(entry)) {
        finishUndoPage(get(undos, String(after?.bulk_undo_id)), after ?? {}, together);
      }
      moments.push(now());
    },
  };
}

/** A page that was pending and is done. */
export function isFinished({ before, after }: Entry): boolean {
  return before?.status === 'pending' && after?.status === 'done';
}

/** Of what the model holds possible, that which has come true; else the likeliest, for the message. */
function pickSaid<T>(said: readonly T[], isTrue: (one: T) => boolean): T {
  const picked = said.find(isTrue) ?? said[0];
  if (picked === undefined) throw new Error('nothing is possible');
  return picked;
}

const without = (ids: readonly string[], others: readonly string[]) =>
  ids.filter((id) => !others.includes(id));

function add(to: Record<string, number>, counts: Counts): void {
  for (const [key, n] of Object.entries(counts)) to[key] = (to[key] ?? 0) + n;
}

function get<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new Error(`${key} is there, and nobody asked for it`);
  return value;
}
