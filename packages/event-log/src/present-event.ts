import { BULK_DELETE_EVENT, BULK_UNDO_EVENT } from '@winnow/bulk-delete';
import { type Catalog, encodeId, ID_PREFIX } from '@winnow/catalog';
import type { EventRow, JsonObject } from '@winnow/db';
import { findEventSubject } from './event-subject.ts';

/** Id prefixes of event objects that no catalog knows: Winnow's own. */
const OWN_PREFIX: Readonly<Record<string, string>> = {
  [BULK_DELETE_EVENT]: ID_PREFIX.bulkDelete,
  [BULK_UNDO_EVENT]: ID_PREFIX.bulkUndo,
  // A ping of a subscription, and what we tell its owner of it.
  webhook: ID_PREFIX.webhookSubscription,
  webhook_subscription: ID_PREFIX.webhookSubscription,
};

/** Event stamps are naive UTC with six digits of a second (reference, 4.5 and 5.1). */
function presentStamp(stamp: Date): string {
  return stamp.toISOString().replace('Z', '000');
}

function presentObjectId(row: EventRow, catalog: Catalog): string {
  const prefix = OWN_PREFIX[row.object_type] ?? findEventSubject(catalog, row.object_type)?.type.idPrefix;
  // A type that has left the catalog keeps its events; the plain UUID is an id that every endpoint takes.
  return prefix === undefined ? row.object_id : encodeId(prefix, row.object_id);
}

/** Name of the root object's id, in events as in the objects that belong to it: `lead_id`. Undefined without a root. */
export function rootIdName({ rootObjectType }: Catalog): string | undefined {
  return rootObjectType === undefined ? undefined : `${rootObjectType}_id`;
}

/** The root object (the lead) that an event belongs to: the object itself, or the one that it names. */
function presentRoot(row: EventRow, catalog: Catalog): JsonObject {
  const name = rootIdName(catalog);
  if (name === undefined) return {};
  if (row.object_type === catalog.rootObjectType) return { [name]: presentObjectId(row, catalog) };
  const id = (row.data ?? row.previous_data)?.[name];
  return { [name]: typeof id === 'string' ? id : null };
}

const encodeOptional = (prefix: string, id: string | null): string | null =>
  id ? encodeId(prefix, id) : null;

/** An event as it is on the wire, in the event log and in webhooks alike (reference, 5.1). */
export function presentEvent(row: EventRow, catalog: Catalog): JsonObject {
  return {
    id: encodeId(ID_PREFIX.event, row.id),
    object_type: row.object_type,
    object_id: presentObjectId(row, catalog),
    action: row.action,
    ...presentRoot(row, catalog),
    organization_id: encodeId(ID_PREFIX.organization, row.organization_id),
    user_id: encodeOptional(ID_PREFIX.user, row.user_id),
    api_key_id: encodeOptional(ID_PREFIX.apiKey, row.api_key_id),
    request_id: row.request_id,
    date_created: presentStamp(row.date_created),
    date_updated: presentStamp(row.date_created),
    changed_fields: row.changed_fields,
    data: row.data,
    previous_data: row.previous_data,
    meta: row.meta,
  };
}
