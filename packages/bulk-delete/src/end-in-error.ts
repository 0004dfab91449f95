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
  if (failed) logFailure(deps, failed.row);
  await ringForEvent(deps, failed?.eventId);
  return failed?.row;
}

/** The same as a part of a transaction, whose caller logs and rings after the commit. */
export async function failInTransaction(deps: EngineDeps, trx: Trx, id: string, reason: string) {
  const row = await failBulkDelete(trx, id, reason);
  return row && { row, eventId: await recordEvent(trx, deps.catalog, row, 'failed') };
}

/** Only once it is committed: somebody is woken by this line, and a transaction that rolls back has ended nothing. */
export function logFailure({ logger }: EngineDeps, row: BulkDeleteRow): void {
  logger.error({ bulk_delete_id: row.id, reason: row.error_message }, 'bulk delete ended in error');
}
