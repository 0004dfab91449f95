import { type Catalog, type ObjectType, objectTypeOf } from '@winnow/catalog';
import type { ArchivedOnly, Db, EventRow, JsonObject } from '@winnow/db';
import { loadRecordContext, readDeletedObjects } from '@winnow/records';
import { deletedEventId, hashOfRecord } from './deleted-event-id.ts';
import { eventfulTypes, eventTypeName } from './event-subject.ts';
import { presentEvent } from './present-event.ts';

/** The row of a page, with what only such a row has. */
export type DeletedPageRow = EventRow & {
  readonly page_no: number;
  readonly deleted_counts: Readonly<Record<string, number>>;
};

/** Whether a row of the outbox stands for the records that a page deleted, and is no event itself. */
export function isDeletedPage(row: EventRow): row is DeletedPageRow {
  return row.page_no !== null && row.deleted_counts !== null;
}

/** How many records of these object types, by canonical name, the page deleted. */
export function countDeleted(row: EventRow, objectTypes: readonly string[]): number {
  const counts = row.deleted_counts ?? {};
  return [...new Set(objectTypes)].reduce(
    (sum, name) => sum + (Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0),
    0,
  );
}

/** Where a walk through the records of a page stands: at this one. JSON. */
export interface DeletedPosition {
  readonly objectType: string;
  /** Plain UUID. */
  readonly id: string;
}

/** What walking through the records of a page works with. */
export interface EventLogDeps {
  readonly db: Db;
  readonly catalog: Catalog;
  /** Base URL of the API, without a slash at the end. */
  readonly publicUrl: string;
}

/** An event of a page, with where it stands in it. */
export interface DeletedEvent {
  readonly event: JsonObject;
  readonly position: DeletedPosition;
}

/** Which events of a page. */
export interface DeletedEventsAsk {
  /** Object types by canonical name. */
  readonly objectTypes: readonly string[];
  /** The event before the first that is wanted; null begins at the beginning. */
  readonly after: DeletedPosition | null;
  readonly limit: number;
  /** Against the order: `after` is the event behind the first that is wanted, and the nearest comes first. */
  readonly backwards?: boolean;
  /** Only records that hold these values, by object type. */
  readonly only?: (type: ObjectType) => readonly ArchivedOnly[];
}

/**
 * The next events of a page: one for each record that it deleted, by object type in the order of the catalog and by
 * id. They are read from the archive each time, and the same each time.
 * @returns `next`: where to go on, null when the page has no more.
 */
export async function readDeletedEvents(
  deps: EventLogDeps,
  page: EventRow,
  ask: DeletedEventsAsk,
): Promise<{ readonly events: readonly JsonObject[]; readonly next: DeletedPosition | null }> {
  const found = await walkDeletedEvents(deps, page, ask);
  const last = found.at(-1);
  return {
    events: found.map(({ event }) => event),
    next: last !== undefined && found.length === ask.limit ? last.position : null,
  };
}

/** The same with the position of each. */
export async function walkDeletedEvents(
  { db, catalog, publicUrl }: EventLogDeps,
  page: EventRow,
  { objectTypes, after, limit, backwards = false, only }: DeletedEventsAsk,
): Promise<readonly DeletedEvent[]> {
  if (!isDeletedPage(page)) return [];
  const context = await loadRecordContext(db, { catalog, publicUrl, tenantId: page.organization_id });
  const from = { context, bulkDeleteId: page.object_id, pageNo: page.page_no };
  const events: DeletedEvent[] = [];
  for (const type of typesFrom(catalog, page, { objectTypes, after, backwards })) {
    const objects = await readDeletedObjects(db, from, {
      type,
      beyond: after?.objectType === type.name ? after.id : null,
      direction: backwards ? 'descending' : 'ascending',
      limit: limit - events.length,
      only: only?.(type) ?? [],
    });
    for (const { id, shown } of objects) {
      const position = { objectType: type.name, id };
      events.push({ event: presentDeletion(catalog, page, type, id, shown), position });
    }
    if (events.length >= limit) break;
  }
  return events;
}

/** The types that the walk still has to go through, in its order. */
function typesFrom(
  catalog: Catalog,
  page: DeletedPageRow,
  { objectTypes, after, backwards }: Pick<Required<DeletedEventsAsk>, 'objectTypes' | 'after' | 'backwards'>,
): readonly ObjectType[] {
  const order = eventfulTypes(catalog);
  const walk = backwards ? [...order].reverse() : order;
  const start = after === null ? 0 : walk.indexOf(objectTypeOf(catalog, after.objectType));
  return walk
    .slice(Math.max(start, 0))
    .filter(({ name }) => objectTypes.includes(name) && countDeleted(page, [name]) > 0);
}

function presentDeletion(
  catalog: Catalog,
  page: DeletedPageRow,
  type: ObjectType,
  id: string,
  shown: JsonObject,
): JsonObject {
  const row: EventRow = {
    ...page,
    id: deletedEventId(page.id, hashOfRecord(type.table, id)),
    object_type: eventTypeName(type, shown),
    object_id: id,
    data: null,
    previous_data: shown,
    page_no: null,
    deleted_counts: null,
  };
  return presentEvent(row, catalog);
}
