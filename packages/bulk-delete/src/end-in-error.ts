import { type BulkDeleteRow, failBulkDelete } from '@winnow/db';
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
  deps.logger.error({ bulk_delete_id: id, reason }, 'bulk delete ended in error');
  const failed = await deps.db.transaction().execute(async (trx) => {
    const row = await failBulkDelete(trx, id, reason);
    return row && { row, eventId: await recordEvent(trx, deps.catalog, row, 'failed') };
  });
  await ringForEvent(deps, failed?.eventId);
  return failed?.row;
}
