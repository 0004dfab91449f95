import { type Catalog, kindColumn, type ObjectType } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { PageKey } from './archived-objects.ts';
import type { EventRow } from './events.ts';

/** Bounds on when an event was, each of them optional. Rows count by the millisecond that they are shown with. */
export interface MomentBounds {
  readonly gt?: Date;
  readonly gte?: Date;
  readonly lt?: Date;
  readonly lte?: Date;
}

/** Which rows of the outbox a reader of the log wants. Undefined asks for nothing. */
export interface EventRowFilter {
  readonly organizationId: string;
  readonly action?: string | undefined;
  readonly userId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly dates: MomentBounds;
  /** Rows that are events themselves; null for none of them. */
  readonly own: {
    readonly objectType?: string | undefined;
    readonly objectId?: string | undefined;
  } | null;
  /**
   * Rows of pages that deleted objects of one of these types or gave them back, and only these pages if there are any;
   * null for none. Pages of which nothing is known any more are passed over.
   */
  readonly pages: {
    readonly catalog: Catalog;
    readonly types: readonly ObjectType[];
    readonly among?: readonly PageKey[] | undefined;
    /** Only pages with a record of this kind. */
    readonly kind?: string | undefined;
  } | null;
}

/**
 * Rows of the outbox on one side of a row, the nearest first.
 * @param from UUID of that row; null begins with the newest.
 */
export async function listEventRows(
  db: Db,
  filter: EventRowFilter,
  walk: { readonly from: string | null; readonly direction: 'older' | 'newer'; readonly limit: number },
): Promise<readonly EventRow[]> {
  const isOlder = walk.direction === 'older';
  const order = isOlder ? sql`desc` : sql`asc`;
  const beyond =
    walk.from === null
      ? sql``
      : sql`and (date_created, id) ${isOlder ? sql`<` : sql`>`} (select date_created, id from event where id = ${walk.from})`;
  const { rows } = await sql<EventRow>`
    select * from event
    where organization_id = ${filter.organizationId} and (${ownRows(filter)} or ${pageRows(filter)}) ${ofObjects(filter)}
      ${equals('action', filter.action)} ${equals('user_id', filter.userId)} ${equals('request_id', filter.requestId)} ${within(filter.dates)} ${beyond}
    order by date_created ${order}, id ${order}
    limit ${walk.limit}
  `.execute(db);
  return rows;
}

/** The rows of the organization with an id from `first` to `last`, oldest first; a handful at most is asked for. */
export async function findEventRows(
  db: Db,
  {
    organizationId,
    first,
    last,
  }: { readonly organizationId: string; readonly first: string; readonly last: string },
): Promise<readonly EventRow[]> {
  return db
    .selectFrom('event')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '>=', first)
    .where('id', '<=', last)
    .orderBy('id')
    .limit(100)
    .execute();
}

function ownRows({ own }: EventRowFilter): RawBuilder<unknown> {
  if (own === null) return sql`false`;
  return sql`(page_no is null ${equals('object_type', own.objectType)} ${equals('object_id', own.objectId)})`;
}

function pageRows({ pages }: EventRowFilter): RawBuilder<unknown> {
  if (pages === null || pages.types.length === 0) return sql`false`;
  const { among, types } = pages;
  const isAmong =
    among === undefined
      ? sql``
      : sql`and (object_id, page_no) in (
          select * from unnest(${among.map(({ bulkActionId }) => bulkActionId)}::uuid[], ${among.map(({ pageNo }) => pageNo)}::int[])
        )`;
  const names = types.map(({ name }) => name);
  return sql`(page_no is not null and deleted_counts ?| ${names}::text[] ${isAmong} and ${isKept()} and ${areKnown(pages)})`;
}

/** Passed over here: reading the records of each purged page to see that it has none would take queries for each. */
function isKept(): RawBuilder<unknown> {
  return sql`not exists (
    select from bulk_delete as purged where purged.id = event.object_id and purged.date_archive_purged is not null
  )`;
}

/**
 * Where the rows can only be about few objects: about these. It says nothing new, but in a form that an index serves
 * where a condition with "or" in it has all rows of the organization read.
 */
function ofObjects({ own, pages }: EventRowFilter): RawBuilder<unknown> {
  const isBounded =
    (own === null || own.objectId !== undefined) && (pages === null || pages.among !== undefined);
  if (!isBounded) return sql``;
  const ids = [own?.objectId ?? [], pages?.among?.map(({ bulkActionId }) => bulkActionId) ?? []].flat();
  return sql`and object_id = any(${[...new Set(ids)]}::uuid[])`;
}

/** Asked page by page: reading the records of each page to see that it has none would take a query a page and type. */
function areKnown({ catalog, types, kind }: NonNullable<EventRowFilter['pages']>): RawBuilder<unknown> {
  const archived = types.map((type) => {
    const column = kindColumn(type);
    const isOfKind = column === undefined ? sql`` : equals(column, kind);
    return sql`(deleted_counts ? ${type.name}::text and ${isThere(sql`
      select true from ${sql.id(catalog.archiveSchema, type.table)}
      where bulk_delete_id = event.object_id and page_no = event.page_no ${isOfKind} limit 1`)})`;
  });
  const tables = sql`table_name = any(${types.map(({ table }) => table)}::text[])`;
  const remembered = [
    'bulk_delete_id = event.object_id and page_no = event.page_no',
    'bulk_undo_id = event.object_id and position = event.page_no',
  ].map((ofPage) =>
    isThere(sql`
      select true from bulk_undo_restored where ${sql.raw(ofPage)} and ${tables} ${equals('kind', kind)} limit 1`),
  );
  return sql`(${sql.join([...archived, ...remembered], sql` or `)})`;
}

/** As a value and not `exists`, for which Postgres might read the whole table at once. */
function isThere(query: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce((${query}), false)`;
}

function equals(column: string, value: string | undefined): RawBuilder<unknown> {
  return value === undefined ? sql`` : sql`and ${sql.id(column)} = ${value}`;
}

function within({ gt, gte, lt, lte }: MomentBounds): RawBuilder<unknown> {
  // Rows are dated by the microsecond. A client that goes on after the last stamp it was shown must not be given the
  // same events again: so "after" is from the next millisecond on, which an index serves as well.
  const next = (moment: Date) => sql`${moment}::timestamptz + interval '1 millisecond'`;
  const bounds = [
    ...(gt ? [sql`and date_created >= ${next(gt)}`] : []),
    ...(gte ? [sql`and date_created >= ${gte}`] : []),
    ...(lt ? [sql`and date_created < ${lt}`] : []),
    ...(lte ? [sql`and date_created < ${next(lte)}`] : []),
  ];
  return bounds.length === 0 ? sql`` : sql.join(bounds, sql` `);
}
