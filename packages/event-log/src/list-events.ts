import { DELETED_PAGE, RESTORED_PAGE } from '@winnow/bulk-delete';
import { type Catalog, kindColumn, type ObjectType } from '@winnow/catalog';
import {
  type EventRow,
  type EventRowFilter,
  findArchivingPages,
  findEventRows,
  findRestoringPages,
  type JsonObject,
  listEventRows,
  type MomentBounds,
  type RecordPosition,
  type RestoredOnly,
} from '@winnow/db';
import { type EventSubject, eventfulTypes, findEventSubject } from './event-subject.ts';
import { presentEvent } from './present-event.ts';
import { type EventLogDeps, isRecordPage, walkRecordEvents } from './record-page.ts';

/** Rows read at once. One row of a page is often a whole answer. */
const ROWS_AT_ONCE = 20;
const RECORD_ACTIONS: readonly string[] = [DELETED_PAGE.action, RESTORED_PAGE.action];

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
  readonly position: RecordPosition | null;
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
  readonly position: RecordPosition | null;
}

/**
 * One page of the event log, newest first (reference, 5.1). What happened to the records of a page is read anew: their
 * deletion from the archive, and the same of those that came back from what they are now.
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
  readonly only: RestoredOnly;
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
  const kind = subject && kindColumn(subject.type) !== undefined ? (subject.kind ?? undefined) : undefined;
  return {
    types,
    only: { id: objectId, rootId, kind },
    rows: {
      organizationId,
      action: filter.action,
      userId: filter.userId,
      requestId: filter.requestId,
      dates: filter.dates,
      // What has a row of its own belongs to no root object.
      own: rootId === undefined ? { objectType: subject?.type.name ?? filter.objectType, objectId } : null,
      pages: {
        catalog,
        types,
        kind,
        among: id === undefined ? undefined : await findPages(deps, organizationId, { id, types: lookups }),
      },
    },
  };
}

/** The pages with a record: in the archive first, as an undo may give it back meanwhile. */
async function findPages(
  { db, catalog }: EventLogDeps,
  tenantId: string,
  wanted: Parameters<typeof findArchivingPages>[2],
) {
  const archiving = await findArchivingPages(db, { catalog, tenantId }, wanted);
  return [...archiving, ...(await findRestoringPages(db, { catalog, tenantId }, wanted))];
}

/** The object types of which deletions or returns are wanted. */
function typesOf(
  catalog: Catalog,
  { objectType, objectIdTypes, objectId, action, rootId }: EventFilter,
  subject: EventSubject | undefined,
): readonly ObjectType[] {
  if (action !== undefined && !RECORD_ACTIONS.includes(action)) return [];
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
  if (!isRecordPage(row)) return [{ event: presentEvent(row, deps.catalog), rowId: row.id, position: null }];
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
    readonly after: RecordPosition | null;
    readonly direction: EventCursor['direction'];
    readonly limit: number;
  },
): Promise<readonly Placed[]> {
  const events = await walkRecordEvents(deps, row, {
    objectTypes: types.map(({ name }) => name),
    after,
    limit,
    backwards: direction === 'newer',
    only,
  });
  return events.map(({ event, position }) => ({ event, rowId: row.id, position }));
}
