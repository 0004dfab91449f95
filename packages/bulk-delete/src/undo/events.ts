import { encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import { type BulkUndoRow, insertEvent, type Trx } from '@winnow/db';
import type { BulkDeleteAction } from '../events.ts';
import { presentBulkUndo } from './present.ts';

export const BULK_UNDO_EVENT = 'bulk_action.undo';

/**
 * Writes an event about the undo in the transaction that made it true.
 * @returns the event's id, to ring with after the commit.
 */
export async function recordUndoEvent(trx: Trx, row: BulkUndoRow, action: BulkDeleteAction): Promise<string> {
  const id = newId();
  await insertEvent(trx, {
    id,
    organization_id: row.organization_id,
    object_type: BULK_UNDO_EVENT,
    object_id: row.id,
    action,
    user_id: row.created_by,
    api_key_id: row.api_key_id,
    request_id: row.request_id,
    data: presentBulkUndo(row),
    changed_fields: action === 'created' ? [] : ['status', 'n_objects_processed', 'date_updated'],
    meta: {
      ...(row.request_method === null
        ? {}
        : { request_method: row.request_method, request_path: row.request_path }),
      bulk_action_id: encodeId(ID_PREFIX.bulkUndo, row.id),
    },
  });
  return id;
}

/** The events of a finished page: `completed` with the last one, `updated` when one is due. @returns the event's id. */
export async function announceUndoPage(trx: Trx, row: BulkUndoRow): Promise<string | undefined> {
  if (row.status === 'done') return recordUndoEvent(trx, row, 'completed');
  const isDue = row.date_announced?.getTime() === row.date_updated.getTime();
  return isDue ? recordUndoEvent(trx, row, 'updated') : undefined;
}
