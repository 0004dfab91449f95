import { presentBulkDelete, presentBulkUndo, TRANSITIONS, UNDO_TRANSITIONS } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import type { BulkDeleteRow, BulkUndoRow, Db } from '@winnow/db';
import { demand, isSame, sum } from './demand.ts';
import { ENDED, type Job, type Undo } from './job.ts';
import { isFinished, type Model } from './model.ts';
import { compareWorlds, readWorld } from './stored.ts';
import { type Entry, type Json, readWitness } from './witness.ts';

/** Looks at everything after every step. */
export interface Observer {
  /**
   * Takes in what has happened since it last looked, and holds the database against the model.
   * @param together several were at it at once, or somebody was held.
   * @throws Error at the first thing that must not be.
   */
  look(together: boolean): Promise<void>;
  /** From now on at most so many pages of it may be finished: those in hand. Null: as many as there are. */
  limit(id: string, pages: number | null): void;
}

export function createObserver(db: Db, model: Model): Observer {
  const seen = new Set<number>();
  const limits = new Map<string, number>();
  const stopping = new Set<string>();

  /** From when on it is asked to stop: whoever asks may have to wait for pages until then. */
  function note(row: Json): void {
    const stops = row.asked !== null || ['paused', 'cancelled'].includes(String(row.status));
    if (stops) stopping.add(String(row.id));
    else stopping.delete(String(row.id));
  }

  function take(entry: Entry): void {
    demandLegal(entry);
    if (entry.what === 'bulk_delete' || entry.what === 'bulk_undo') note(entry.after ?? {});
    if (!isFinished(entry)) return;
    const id = String(entry.after?.bulk_delete_id ?? entry.after?.bulk_undo_id);
    const left = limits.get(id);
    if (left === undefined || !stopping.has(id)) return;
    demand(left > 0, `${id} took up a page after it was told to stop`);
    limits.set(id, left - 1);
  }

  return {
    limit(id, pages) {
      if (pages === null) limits.delete(id);
      else limits.set(id, pages);
    },
    async look(together) {
      for (const entry of await readWitness(db, seen)) {
        seen.add(entry.seq);
        take(entry);
        model.apply(entry, together);
      }
      const differences = compareWorlds(model.world(), await readWorld(db));
      demand(differences.length === 0, `The database is not what the model says: ${differences.join('; ')}`);
      for (const row of await db.selectFrom('bulk_delete').selectAll().execute()) demandJob(model, row);
      for (const row of await db.selectFrom('bulk_undo').selectAll().execute()) demandUndo(model, row);
    },
  };
}

/** In which no count may move. One that ended in `error` still counts what others had in hand. */
const STANDS_STILL: readonly string[] = ['paused', 'done', 'cancelled'];

/** A status changes as the table of transitions has it, no count goes back, and none moves when it has stopped. */
function demandLegal({ what, before, after }: Entry): void {
  if (before === null || after === null || (what !== 'bulk_delete' && what !== 'bulk_undo')) return;
  const [was, became] = [String(before.status), String(after.status)];
  const legal: Readonly<Record<string, Readonly<Record<string, string>>>> =
    what === 'bulk_delete' ? TRANSITIONS : UNDO_TRANSITIONS;
  if (was !== became) {
    demand(!ENDED.includes(was), `${what} went from ${was}, which is final, to ${became}`);
    demand(Object.hasOwn(legal[was] ?? {}, became), `${what} went from ${was} to ${became}`);
  }
  for (const [name, count] of countsOf(before)) {
    const now = countsOf(after).get(name) ?? 0;
    const mayShrink = name === 'n_objects_unprocessed';
    if (STANDS_STILL.includes(was)) demand(now === count, `${name} of ${what} moved while it was ${was}`);
    demand(mayShrink ? now <= count : now >= count, `${name} of ${what} went from ${count} to ${now}`);
  }
}

function countsOf(row: Json): ReadonlyMap<string, number> {
  const nested = Object.entries({ ...Object(row.deleted_counts), ...Object(row.restored_counts) });
  const counts = [...Object.entries(row).filter(([name]) => name.startsWith('n_')), ...nested];
  return new Map(counts.flatMap(([name, n]) => (typeof n === 'number' ? [[name, n]] : [])));
}

function demandJob(model: Model, row: BulkDeleteRow): void {
  const job = model.jobs.get(row.id);
  if (!job) throw new Error(`${row.id} was made without anybody having asked`);
  const shown = presentBulkDelete(row, CRM_CATALOG);
  const said = predictJob(job);
  const found = Object.fromEntries(Object.keys(said).map((name) => [name, shown[name]]));
  demand(
    isSame(sorted(found), sorted(said)),
    `${row.id} shows ${JSON.stringify(found)}, not ${JSON.stringify(said)}`,
  );
  const { n_objects_deleted, n_objects_not_found, n_objects_failed, n_objects_unprocessed, n_objects } =
    shown;
  const parts = [n_objects_deleted, n_objects_not_found, n_objects_failed, n_objects_unprocessed].map(Number);
  if (n_objects === null)
    demand(n_objects_unprocessed === null, `${row.id} has unprocessed objects before it has any`);
  else
    demand(
      parts.reduce((total, n) => total + n, 0) === n_objects,
      `${row.id} does not add up: ${parts} of ${n_objects}`,
    );
  const bound = job.request.maxFailures;
  const isPast = bound !== null && Number(n_objects_failed) > bound;
  if (row.status === 'error') demand(isPast, `${row.id} ended in error: ${row.error_message}`);
  if (isPast)
    demand(row.status === 'error', `${row.id} is ${row.status}, and ${n_objects_failed} have failed`);
  const isComplete = job.frozen !== null && job.outcomes.size === job.frozen.length;
  if (isComplete && !isPast)
    demand(row.status === 'done', `${row.id} is ${row.status}, and nothing is left to do`);
  if (row.status === 'done') demand(isComplete, `${row.id} is done, and something is left to do`);
}

function predictJob({ frozen, outcomes, counts }: Job) {
  const count = (wanted: string) => [...outcomes.values()].filter((outcome) => outcome === wanted).length;
  return {
    n_objects: frozen?.length ?? null,
    n_objects_processed: outcomes.size,
    n_objects_deleted: count('deleted'),
    n_objects_not_found: count('not_found'),
    n_objects_failed: count('failed'),
    n_objects_unprocessed: frozen === null ? null : frozen.length - outcomes.size,
    deleted_counts: sorted(counts),
  };
}

function demandUndo(model: Model, row: BulkUndoRow): void {
  const undo = model.undos.get(row.id);
  if (!undo) throw new Error(`${row.id} was made without anybody having asked`);
  const shown = presentBulkUndo(row);
  const said = predictUndo(undo);
  const found = Object.fromEntries(Object.keys(said).map((name) => [name, shown[name]]));
  demand(
    isSame(sorted(found), sorted(said)),
    `undo ${row.id} shows ${JSON.stringify(found)}, not ${JSON.stringify(said)}`,
  );
  demand(row.status !== 'error', `undo ${row.id} ended in error: ${row.error_message}`);
}

function predictUndo({ nObjects, counts, nFailed, nLinksFailed, nLinksRestored }: Undo) {
  return {
    n_objects: nObjects,
    n_objects_restored: sum(counts),
    n_objects_failed: nFailed,
    n_objects_not_found: 0,
    n_links_restored: nLinksRestored,
    n_links_failed: nLinksFailed,
    restored_counts: sorted(counts),
  };
}

/** The same with its keys in order: jsonb keeps none. */
function sorted(value: object): object {
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, inner !== null && typeof inner === 'object' ? sorted(inner) : inner]),
  );
}
