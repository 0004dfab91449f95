import { objectTypeOf } from '@winnow/catalog';
import type { BulkDeleteRow, FinishedPage, Trx } from '@winnow/db';
import { failInTransaction } from './end-in-error.ts';
import type { EngineDeps } from './engine.ts';
import { announcePage } from './events.ts';
import { maxFailuresOf, sayPastMaxFailures } from './failure-bound.ts';

interface SettledPage {
  readonly row: BulkDeleteRow;
  readonly hasFailed: boolean;
  readonly eventId: string | undefined;
}

/**
 * What follows from a finished page, in its transaction: it is announced, or, when more objects have failed than the
 * bulk delete allows, it ends in `error` with the very count that went past. Its row is locked by the count, so that
 * of several pages one finds it; those in hand elsewhere are still finished and counted.
 * @returns the bulk delete then, whether this page has ended it in `error`, which is to be logged after the commit, and
 * the id of the event to ring with then.
 */
export async function settlePage(deps: EngineDeps, trx: Trx, finished: FinishedPage): Promise<SettledPage> {
  const { is_past_max_failures: isPast, ...row } = finished;
  const bound = isPast ? maxFailuresOf(row) : null;
  if (bound === null) return { row, hasFailed: false, eventId: await announcePage(trx, deps.catalog, row) };
  const reason = sayPastMaxFailures(bound, {
    nFailed: row.n_objects_failed,
    nProcessed: row.n_objects_processed,
    label: objectTypeOf(deps.catalog, row.object_type).label,
  });
  const failed = await failInTransaction(deps, trx, row.id, reason);
  if (!failed) throw new Error(`bulk delete ${row.id} went past max_failures and could not be ended`);
  return { ...failed, hasFailed: true };
}
