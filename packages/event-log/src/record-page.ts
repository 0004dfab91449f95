import { type Catalog, encodeId, type ObjectType, objectTypeOf } from '@winnow/catalog';
import type { Db, EventRow, JsonObject, RecordPosition, RestoredOnly } from '@winnow/db';
import { loadRecordContext } from '@winnow/records';
import { eventfulTypes, eventTypeName, namedByKind } from './event-subject.ts';
import { type PageRecord, readPageRecords } from './page-records.ts';
import { presentEvent, rootIdName } from './present-event.ts';
import type { RecordPageRow } from './record-action.ts';
import { hashOfRecord, recordEventId } from './record-event-id.ts';

/** Whether a row of the outbox stands for the records that a page deleted or gave back, and is no event itself. */
export function isRecordPage(row: EventRow): row is RecordPageRow {
  return row.page_no !== null && row.deleted_counts !== null;
}

/** How many records of these object types, by canonical name, the page deleted or gave back. */
export function countRecords(row: EventRow, objectTypes: readonly string[]): number {
  const counts = row.deleted_counts ?? {};
  return [...new Set(objectTypes)].reduce(
    (sum, name) => sum + (Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0),
    0,
  );
}

/** What walking through the records of a page works with. */
export interface EventLogDeps {
  readonly db: Db;
  readonly catalog: Catalog;
  /** Base URL of the API, without a slash at the end. */
  readonly publicUrl: string;
}

/** An event of a page, with where it stands in it. */
export interface RecordEvent {
  readonly event: JsonObject;
  readonly position: RecordPosition;
}

/** Which events of a page. */
export interface RecordEventsAsk {
  /** Object types by canonical name. */
  readonly objectTypes: readonly string[];
  /** The event before the first that is wanted; null begins at the beginning. */
  readonly after: RecordPosition | null;
  readonly limit: number;
  /** Against the order: `after` is the event behind the first that is wanted, and the nearest comes first. */
  readonly backwards?: boolean;
  readonly only?: RestoredOnly;
}

/**
 * The next events of a page: one for each record that it deleted or gave back, by object type in the order of the
 * catalog and by id. They are read each time, under the same ids each time.
 */
export async function walkRecordEvents(
  { db, catalog, publicUrl }: EventLogDeps,
  page: EventRow,
  { objectTypes, after, limit, backwards = false, only = {} }: RecordEventsAsk,
): Promise<readonly RecordEvent[]> {
  if (!isRecordPage(page)) return [];
  const context = await loadRecordContext(db, { catalog, publicUrl, tenantId: page.organization_id });
  const events: RecordEvent[] = [];
  for (const type of typesFrom(catalog, page, { objectTypes, after, backwards })) {
    const records = await readPageRecords(db, context, page, {
      type,
      beyond: after?.objectType === type.name ? after.id : null,
      direction: backwards ? 'descending' : 'ascending',
      limit: limit - events.length,
      only,
    });
    for (const record of records) {
      const position = { objectType: type.name, id: record.id };
      events.push({ event: presentRecord(catalog, page, type, record), position });
    }
    if (events.length >= limit) break;
  }
  return events;
}

/** The types that the walk still has to go through, in its order. */
function typesFrom(
  catalog: Catalog,
  page: RecordPageRow,
  { objectTypes, after, backwards }: Pick<Required<RecordEventsAsk>, 'objectTypes' | 'after' | 'backwards'>,
): readonly ObjectType[] {
  const order = eventfulTypes(catalog);
  const walk = backwards ? [...order].reverse() : order;
  const start = after === null ? 0 : walk.indexOf(objectTypeOf(catalog, after.objectType));
  return walk
    .slice(Math.max(start, 0))
    .filter(({ name }) => objectTypes.includes(name) && countRecords(page, [name]) > 0);
}

function presentRecord(
  catalog: Catalog,
  page: RecordPageRow,
  type: ObjectType,
  { id, shown, remembered }: PageRecord,
): JsonObject {
  const isDeleted = page.action === 'deleted';
  const row: EventRow = {
    ...page,
    id: recordEventId(page.id, hashOfRecord(type.table, id)),
    object_type: remembered ? namedByKind(type, remembered.kind) : eventTypeName(type, shown ?? {}),
    object_id: id,
    data: isDeleted ? null : shown,
    previous_data: isDeleted ? shown : null,
    page_no: null,
    deleted_counts: null,
  };
  const event = presentEvent(row, catalog);
  // Where it belonged to then: by that the event is found, whatever has become of the record.
  return remembered ? { ...event, ...presentRoot(catalog, remembered.rootId) } : event;
}

function presentRoot(catalog: Catalog, rootId: string | null): JsonObject {
  const name = rootIdName(catalog);
  if (name === undefined || catalog.rootObjectType === undefined) return {};
  const { idPrefix } = objectTypeOf(catalog, catalog.rootObjectType);
  return { [name]: rootId && encodeId(idPrefix, rootId) };
}
