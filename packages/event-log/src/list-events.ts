import type { Catalog, ObjectType } from '@winnow/catalog';
import {
  type ArchivedOnly,
  type ArchivedValue,
  type EventRow,
  type EventRowFilter,
  findArchivingPages,
  findEventRows,
  type JsonObject,
  listEventRows,
  type MomentBounds,
} from '@winnow/db';
import { type DeletedPosition, type EventLogDeps, isDeletedPage, walkDeletedEvents } from './deleted-page.ts';
import { type EventSubject, eventfulTypes, findEventSubject, kindColumn } from './event-subject.ts';
import { presentEvent } from './present-event.ts';

/** Rows read at once. One row of a page is often a whole answer. */
const ROWS_AT_ONCE = 20;

/** Which events; what is undefined is not asked. Ids are plain UUIDs. */
export interface EventFilter {
  /** Name or alias of an object type, or one that no catalog knows, such as `bulk_action.delete`. */
  readonly objectType?: string | undefined;
  readonly objectId?: string | undefined;
  /** Object types that `objectId` may be one of, by canonical name; undefined for any. */
  readonly objectIdTypes?: readonly string[] | undefined;
  readonly action?: string | undefined;
  /** Of the root object that the event's object belonged to: the lead. */
  readonly rootId?: string | undefined;
  readonly userId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly dates: MomentBounds;
}

/** A place between two events, and the way from there. JSON. */
export interface EventCursor {
  /** The row of the event, or of the page that it is read from. */
  readonly rowId: string;
  readonly position: DeletedPosition | null;
  readonly direction: 'older' | 'newer';
}

export interface EventPage {
  /** Newest first. */
  readonly events: readonly JsonObject[];
  /** To older ones; null when there are none. */
  readonly next: EventCursor | null;
  /** To newer ones, which may be there only later; null when no event has been seen yet. */
  readonly previous: EventCursor | null;
}

/** An event with its place. */
interface Placed {
  readonly event: JsonObject;
  readonly rowId: string;
  readonly position: DeletedPosition | null;
}

/**
 * One page of the event log, newest first (reference, 5.1). Deletions of records are read from the archive; an object
 * that is gone from there has left the log.
 * @returns undefined when the cursor's row is not in the log (any more).
 */
export async function listEvents(
  deps: EventLogDeps,
  ask: {
    readonly organizationId: string;
    readonly filter: EventFilter;
    readonly limit: number;
    readonly cursor: EventCursor | null;
  },
): Promise<EventPage | undefined> {
  const { organizationId, cursor, limit } = ask;
  const direction = cursor?.direction ?? 'older';
  const wanted = await narrow(deps, organizationId, ask.filter);
  const found: Placed[] = [];
  if (cursor !== null) {
    const { rowId } = cursor;
    const [row] = await findEventRows(deps.db, { organizationId, first: rowId, last: rowId });
    if (!row) return undefined;
    if (cursor.position !== null) {
      found.push(
        ...(await readPage(deps, wanted, row, { after: cursor.position, direction, limit: limit + 1 })),
      );
    }
  }
  let from = cursor?.rowId ?? null;
  while (found.length <= limit) {
    const rows = await listEventRows(deps.db, wanted.rows, { from, direction, limit: ROWS_AT_ONCE });
    for (const row of rows) {
      if (found.length > limit) break;
      found.push(...(await readRow(deps, wanted, row, { direction, limit: limit + 1 - found.length })));
    }
    from = rows.at(-1)?.id ?? from;
    if (rows.length < ROWS_AT_ONCE) break;
  }
  return asPage(found, limit, direction, cursor);
}

function asPage(
  found: readonly Placed[],
  limit: number,
  direction: EventCursor['direction'],
  cursor: EventCursor | null,
): EventPage {
  const isOlder = direction === 'older';
  const nearest = found.slice(0, limit);
  const placed = isOlder ? nearest : [...nearest].reverse();
  const [first] = placed;
  const last = placed.at(-1);
  const hasOlder = isOlder ? found.length > limit : cursor !== null;
  return {
    events: placed.map(({ event }) => event),
    next: last && hasOlder ? placeOf(last, 'older') : null,
    // Nothing newer yet: the same place asks again.
    previous: first ? placeOf(first, 'newer') : cursor && { ...cursor, direction: 'newer' },
  };
}

function placeOf({ rowId, position }: Placed, direction: EventCursor['direction']): EventCursor {
  return { rowId, position, direction };
}

/** A filter, as far as rows and records can be told by it. */
interface Narrowed {
  readonly rows: EventRowFilter;
  readonly types: readonly ObjectType[];
  readonly only: (type: ObjectType) => readonly ArchivedOnly[];
}

async function narrow(deps: EventLogDeps, organizationId: string, filter: EventFilter): Promise<Narrowed> {
  const { catalog } = deps;
  const { objectId, rootId } = filter;
  const subject = filter.objectType === undefined ? undefined : findEventSubject(catalog, filter.objectType);
  const types = typesOf(catalog, filter, subject);
  const lookups = types.flatMap((type) => {
    const column = objectId === undefined ? type.rootColumn : 'id';
    return column === undefined ? [] : { type, column };
  });
  const id = objectId ?? rootId;
  const among =
    id === undefined
      ? undefined
      : await findArchivingPages(deps.db, { catalog, tenantId: organizationId }, { id, types: lookups });
  const only = (type: ObjectType): readonly ArchivedOnly[] => [
    ...equals('id', objectId),
    ...equals(type.rootColumn, rootId),
    ...equals(kindColumn(type), subject?.kind ?? undefined),
  ];
  return {
    types,
    only,
    rows: {
      organizationId,
      userId: filter.userId,
      requestId: filter.requestId,
      dates: filter.dates,
      // What has a row of its own belongs to no root object.
      own:
        rootId === undefined
          ? { objectType: subject?.type.name ?? filter.objectType, action: filter.action, objectId }
          : null,
      pages: { objectTypes: types.map(({ name }) => name), among, holding: holdingOf(catalog, subject) },
    },
  };
}

/** Pages without a record of the wanted kind are passed over by the database. */
function holdingOf(catalog: Catalog, subject: EventSubject | undefined): ArchivedValue | undefined {
  const column = subject && kindColumn(subject.type);
  if (subject === undefined || subject.kind === null || column === undefined) return undefined;
  return { schema: catalog.archiveSchema, table: subject.type.table, column, value: subject.kind };
}

function equals(column: string | undefined, value: string | undefined): readonly ArchivedOnly[] {
  return column === undefined || value === undefined ? [] : [{ column, value }];
}

/** The object types of which deletions are wanted. */
function typesOf(
  catalog: Catalog,
  { objectType, objectIdTypes, objectId, action, rootId }: EventFilter,
  subject: EventSubject | undefined,
): readonly ObjectType[] {
  if (action !== undefined && action !== 'deleted') return [];
  if (objectType !== undefined && subject === undefined) return [];
  return eventfulTypes(catalog).filter(
    (type) =>
      (subject === undefined || subject.type === type) &&
      (objectId === undefined || objectIdTypes === undefined || objectIdTypes.includes(type.name)) &&
      (rootId === undefined || type.rootColumn !== undefined),
  );
}

async function readRow(
  deps: EventLogDeps,
  wanted: Narrowed,
  row: EventRow,
  { direction, limit }: { readonly direction: EventCursor['direction']; readonly limit: number },
): Promise<readonly Placed[]> {
  if (!isDeletedPage(row)) return [{ event: presentEvent(row, deps.catalog), rowId: row.id, position: null }];
  return readPage(deps, wanted, row, { after: null, direction, limit });
}

async function readPage(
  deps: EventLogDeps,
  { types, only }: Narrowed,
  row: EventRow,
  {
    after,
    direction,
    limit,
  }: {
    readonly after: DeletedPosition | null;
    readonly direction: EventCursor['direction'];
    readonly limit: number;
  },
): Promise<readonly Placed[]> {
  const events = await walkDeletedEvents(deps, row, {
    objectTypes: types.map(({ name }) => name),
    after,
    limit,
    backwards: direction === 'newer',
    only,
  });
  return events.map(({ event, position }) => ({ event, rowId: row.id, position }));
}
