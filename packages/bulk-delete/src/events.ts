import { type Catalog, encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import { type BulkDeleteRow, type DeletedCounts, insertEvent, type JsonObject, type Trx } from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import type { EngineDeps } from './engine.ts';
import { presentBulkDelete } from './present.ts';

/**
 * What the outside may hear of a bulk delete (reference, 5.2). `failed`, `resumed` and `cancelled` are our additions: Close
 * lists none for errors, and knows no cancelling.
 */
export type BulkDeleteAction =
  | 'created'
  | 'updated'
  | 'completed'
  | 'failed'
  | 'paused'
  | 'resumed'
  | 'cancelled';

export const BULK_DELETE_EVENT = 'bulk_action.delete';

/**
 * Writes an event about the bulk delete in the transaction that made it true.
 * @returns the event's id, to ring with after the commit; undefined for bulk deletes that are announced by the
 *   endpoint that made them (deleting by ids answers its caller itself).
 */
export async function recordEvent(
  trx: Trx,
  catalog: Catalog,
  row: BulkDeleteRow,
  action: BulkDeleteAction,
): Promise<string | undefined> {
  if (row.source !== 'query' && row.source !== 'retry') return undefined;
  const data = presentBulkDelete(row, catalog);
  const id = newId();
  await insertEvent(trx, {
    id,
    organization_id: row.organization_id,
    object_type: BULK_DELETE_EVENT,
    object_id: row.id,
    action,
    user_id: row.created_by,
    api_key_id: row.api_key_id,
    request_id: row.request_id,
    data,
    changed_fields: action === 'created' ? [] : ['status', 'n_objects_processed', 'date_updated'],
    meta: { ...requestOf(row), bulk_action_id: data.id ?? null },
  });
  return id;
}

/** Of the row that stands for the records which a page deleted. No object type and no action that a client can name. */
export const DELETED_PAGE = { objectType: 'page', action: 'deleted' } as const;

/** The same of the records that a page of an undo gave back. */
export const RESTORED_PAGE = { objectType: 'page', action: 'restored' } as const;

/**
 * Writes one row for all records that a page has deleted, in its transaction. Their events are read from the archive
 * by whoever wants them, so that a deletion nobody asks about costs one row a page; without an archive there are none.
 * @returns the row's id, to ring with after the commit; undefined when there is nothing to tell.
 */
export async function recordDeletedPage(
  trx: Trx,
  bulkDelete: BulkDeleteRow,
  pageNo: number,
  deletedCounts: DeletedCounts,
): Promise<string | undefined> {
  if (!bulkDelete.archive || Object.keys(deletedCounts).length === 0) return undefined;
  const id = newId();
  await insertEvent(trx, {
    id,
    organization_id: bulkDelete.organization_id,
    object_type: DELETED_PAGE.objectType,
    object_id: bulkDelete.id,
    action: DELETED_PAGE.action,
    user_id: bulkDelete.created_by,
    api_key_id: bulkDelete.api_key_id,
    request_id: bulkDelete.request_id,
    data: null,
    meta: {
      ...requestOf(bulkDelete),
      // By this clients tell a bulk deletion from one by hand (reference, 5.1).
      ...(bulkDelete.source === 'one'
        ? {}
        : { bulk_action_id: encodeId(ID_PREFIX.bulkDelete, bulkDelete.id) }),
    },
    page: { pageNo, deletedCounts },
  });
  return id;
}

function requestOf({ request_method, request_path }: BulkDeleteRow): JsonObject {
  return request_method === null ? {} : { request_method, request_path };
}

/** The events of a finished page: `completed` with the last one, `updated` when one is due. @returns the event's id. */
export async function announcePage(
  trx: Trx,
  catalog: Catalog,
  row: BulkDeleteRow,
): Promise<string | undefined> {
  if (row.status === 'done') return recordEvent(trx, catalog, row, 'completed');
  const isDue = row.date_announced?.getTime() === row.date_updated.getTime();
  return isDue ? recordEvent(trx, catalog, row, 'updated') : undefined;
}

/** Rings for the relay after the event has committed. Without the ring it would be found a little later. */
export async function ringForEvent(deps: EngineDeps, eventId: string | undefined): Promise<void> {
  if (eventId !== undefined) await deps.doorbell.ring(QUEUES.event, eventId);
}
