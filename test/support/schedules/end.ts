import { FIRST_POSITION, listResults } from '@winnow/bulk-delete';
import { CRM_CATALOG, encodeId, objectTypeOf } from '@winnow/catalog';
import { findBulkDeleteForWork } from '@winnow/db';
import { count } from './cast.ts';
import { demand, isSame } from './demand.ts';
import type { Job } from './job.ts';
import type { Performance } from './performance.ts';
import { askUndo } from './undo-and-retry.ts';

/** What must hold when everything has come to its end. @param drain lets everything come to its end again. */
export async function demandEnd(performance: Performance, drain: () => Promise<void>): Promise<void> {
  const { model, observer, before, stage } = performance;
  for (const job of model.jobs.values()) {
    await demandResults(performance, job);
    await demandEvents(performance, job);
  }
  await demandConflicts(performance);
  const jobs = [...new Set(model.turns)];
  const isUntouched =
    !model.isChangedByOthers() && [...model.jobs.values()].every(({ request }) => request.archives);
  const wasOneByOne = model.turns.every(
    (id, n) => n === 0 || id === model.turns[n - 1] || !model.turns.slice(0, n).includes(id),
  );
  if (!isUntouched || !wasOneByOne) return;
  for (const id of jobs.reverse()) {
    model.settle();
    const undone = await askUndo(performance, id);
    await observer.look(false);
    if (undone !== undefined) await drain();
  }
  const { live, archive, links } = model.world();
  const isBack = isSame(entriesOf(live), entriesOf(before.live)) && archive.size === 0 && links.size === 0;
  count(stage, 'all undone, as before');
  demand(isBack, 'everything is undone, and not as it was before');
}

/** Each target with its outcome, in the order of the set. */
async function demandResults({ stage }: Performance, job: Job): Promise<void> {
  const row = await findBulkDeleteForWork(stage.db, job.id);
  if (!row) throw new Error(`${job.id} is gone`);
  const ask = { outcome: null, includeChildren: false, after: FIRST_POSITION, limit: 1000 };
  const { results } = await listResults(stage.api, row, ask);
  const { idPrefix } = objectTypeOf(CRM_CATALOG, job.request.objectType);
  const said = (job.frozen ?? []).map((id) => [
    encodeId(idPrefix, id),
    job.outcomes.get(id) ?? 'unprocessed',
  ]);
  const found = results.map(({ id, outcome }) => [id, outcome]);
  demand(
    isSame(found, said),
    `the results of ${job.id} are ${JSON.stringify(found)}, not ${JSON.stringify(said)}`,
  );
}

/** One event says how it ended, and each page that took something has one for its records. */
async function demandEvents({ stage, model }: Performance, job: Job): Promise<void> {
  const events = await stage.db
    .selectFrom('event')
    .select(['action', 'page_no'])
    .where('object_id', '=', job.id)
    .execute();
  const isAnnounced = ['all', 'named', 'left'].includes(job.request.targets.kind);
  const ends = events
    .filter(({ action }) => ['completed', 'failed', 'cancelled'].includes(action))
    .map(({ action }) => action);
  const end = { done: 'completed', error: 'failed', cancelled: 'cancelled' }[String(job.row.status)];
  demand(
    isSame(ends, isAnnounced ? [end] : []),
    `${job.id} ended ${job.row.status}, and the events say ${ends}`,
  );
  const pages = events.filter(({ page_no }) => page_no !== null).length;
  const said = job.request.archives ? (model.pagesWithRecords.get(job.id) ?? 0) : 0;
  demand(pages === said, `${job.id} has events of ${pages} pages, not ${said}`);
}

async function demandConflicts({ stage, model }: Performance): Promise<void> {
  const rows = await stage.db
    .selectFrom('bulk_undo_conflict')
    .select(['bulk_undo_id', 'object_type', 'object_id', 'link'])
    .execute();
  for (const undo of model.undos.values()) {
    const found = rows
      .filter((row) => row.bulk_undo_id === undo.id)
      .map((row) => `${row.object_type}/${row.object_id}/${row.link}`);
    const said = [...undo.conflicts].sort();
    demand(isSame(found.sort(), said), `undo ${undo.id} has the conflicts ${found}, not ${said}`);
  }
}

function entriesOf(map: ReadonlyMap<string, unknown>): readonly unknown[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
