import { BULK_DELETE_EVENT } from '@winnow/bulk-delete';
import { type Catalog, encodeId, findObjectType, ID_PREFIX } from '@winnow/catalog';
import type { EventRow, JsonObject } from '@winnow/db';

/** Id prefixes of event objects that no catalog knows: Winnow's own. */
const OWN_PREFIX: Readonly<Record<string, string>> = { [BULK_DELETE_EVENT]: ID_PREFIX.bulkDelete };

/** Event stamps are naive UTC with six digits of a second (reference, 4.5 and 5.1). */
function presentStamp(stamp: Date): string {
  return stamp.toISOString().replace('Z', '000');
}

function presentObjectId(row: EventRow, catalog: Catalog): string {
  const prefix = OWN_PREFIX[row.object_type] ?? findObjectType(catalog, row.object_type)?.idPrefix;
  // A type that has left the catalog keeps its events; the plain UUID is an id that every endpoint takes.
  return prefix === undefined ? row.object_id : encodeId(prefix, row.object_id);
}

/** The lead that an event belongs to: the object itself, or the one that it names. */
function presentLeadId(row: EventRow, catalog: Catalog): string | null {
  if (row.object_type === catalog.rootObjectType) return presentObjectId(row, catalog);
  const leadId = (row.data ?? row.previous_data)?.lead_id;
  return typeof leadId === 'string' ? leadId : null;
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
    lead_id: presentLeadId(row, catalog),
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
