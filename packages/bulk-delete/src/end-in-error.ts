import { type BulkDeleteRow, failBulkDelete, type Trx } from '@winnow/db';
import type { EngineDeps } from './engine.ts';
import { recordEvent, ringForEvent } from './events.ts';

/**
 * Ends a bulk delete in `error` and tells the outside why. Pages that are finished stay deleted and counted.
 * @returns the bulk delete; undefined when it had already ended.
 */
export async function endInError(
  deps: EngineDeps,
  id: string,
  reason: string,
): Promise<BulkDeleteRow | undefined> {
  const failed = await deps.db.transaction().execute((trx) => failInTransaction(deps, trx, id, reason));
  await ringForEvent(deps, failed?.eventId);
  return failed?.row;
}

/** The same as a part of a transaction, whose caller rings after the commit. */
export async function failInTransaction(deps: EngineDeps, trx: Trx, id: string, reason: string) {
  deps.logger.error({ bulk_delete_id: id, reason }, 'bulk delete ended in error');
  const row = await failBulkDelete(trx, id, reason);
  return row && { row, eventId: await recordEvent(trx, deps.catalog, row, 'failed') };
}
