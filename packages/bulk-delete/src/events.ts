import { type Catalog, newId } from '@winnow/catalog';
import { type BulkDeleteRow, insertEvent, type Trx } from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import type { EngineDeps } from './engine.ts';
import { presentBulkDelete } from './present.ts';

/** What the outside may hear of a bulk delete (reference, 5.2; `failed` is our addition: Close lists none for errors). */
export type BulkDeleteAction = 'created' | 'updated' | 'completed' | 'failed';

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
  if (row.source !== 'query') return undefined;
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
    meta: { bulk_action_id: data.id ?? null },
  });
  return id;
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
