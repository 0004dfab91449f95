import { encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import { type BulkUndoRow, type DeletedCounts, insertEvent, type JsonObject, type Trx } from '@winnow/db';
import { type BulkDeleteAction, RESTORED_PAGE } from '../events.ts';
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
    meta: metaOf(row),
  });
  return id;
}

/**
 * Writes one row for all records that a page has given back, in its transaction. Their events are made of what is
 * remembered of the page by whoever wants them.
 * @param page.position the page's in the undo.
 * @returns the row's id, to ring with after the commit; undefined when there is nothing to tell.
 */
export async function recordRestoredPage(
  trx: Trx,
  undo: BulkUndoRow,
  page: { readonly position: number; readonly restoredCounts: DeletedCounts },
): Promise<string | undefined> {
  if (Object.keys(page.restoredCounts).length === 0) return undefined;
  const id = newId();
  await insertEvent(trx, {
    id,
    organization_id: undo.organization_id,
    object_type: RESTORED_PAGE.objectType,
    object_id: undo.id,
    action: RESTORED_PAGE.action,
    user_id: undo.created_by,
    api_key_id: undo.api_key_id,
    request_id: undo.request_id,
    data: null,
    meta: metaOf(undo),
    page: { pageNo: page.position, deletedCounts: page.restoredCounts },
  });
  return id;
}

function metaOf(undo: BulkUndoRow): JsonObject {
  return {
    ...(undo.request_method === null
      ? {}
      : { request_method: undo.request_method, request_path: undo.request_path }),
    bulk_action_id: encodeId(ID_PREFIX.bulkUndo, undo.id),
  };
}

/** The events of a finished page: `completed` with the last one, `updated` when one is due. @returns the event's id. */
export async function announceUndoPage(trx: Trx, row: BulkUndoRow): Promise<string | undefined> {
  if (row.status === 'done') return recordUndoEvent(trx, row, 'completed');
  const isDue = row.date_announced?.getTime() === row.date_updated.getTime();
  return isDue ? recordUndoEvent(trx, row, 'updated') : undefined;
}
