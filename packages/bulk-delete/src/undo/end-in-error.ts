import { type BulkUndoRow, failBulkUndo } from '@winnow/db';
import type { EngineDeps } from '../engine.ts';
import { ringForEvent } from '../events.ts';
import { recordUndoEvent } from './events.ts';

/**
 * Ends an undo in `error` and tells the outside why. What is given back stays; the rest is still in the archive.
 * @returns the undo; undefined when it had already ended.
 */
export async function endUndoInError(
  deps: EngineDeps,
  id: string,
  reason: string,
): Promise<BulkUndoRow | undefined> {
  const failed = await deps.db.transaction().execute(async (trx) => {
    const row = await failBulkUndo(trx, id, reason);
    return row && { row, eventId: await recordUndoEvent(trx, row, 'failed') };
  });
  if (failed) deps.logger.error({ bulk_undo_id: id, reason }, 'undo ended in error');
  await ringForEvent(deps, failed?.eventId);
  return failed?.row;
}
