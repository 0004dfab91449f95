import { type Catalog, type ObjectType, tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { PageKey } from './archived-objects.ts';
import { isOfTypes } from './restored-page.ts';

/** A record that an undo gave back. Plain UUIDs. */
export interface RestoredRecord {
  readonly id: string;
  /** The root object that it belonged to then. */
  readonly rootId: string | null;
  /** The kind by which events of its type are told apart. */
  readonly kind: string | null;
}

/** What a remembered record must be; what is undefined is not asked. */
export interface RestoredOnly {
  readonly id?: string | undefined;
  readonly rootId?: string | undefined;
  readonly kind?: string | undefined;
}

/** A page of an undo, or the page of the bulk delete that undos have given back. */
export type GivenBack = PageKey & {
  readonly catalog: Catalog;
  readonly tenantId: string;
  readonly by: 'undo' | 'bulk delete';
};

/** The records of one type that came back with a page, in the order of their ids or against it. */
export async function listRestoredRecords(
  db: Db,
  page: GivenBack,
  ask: {
    readonly type: ObjectType;
    readonly beyond: string | null;
    readonly direction: 'ascending' | 'descending';
    readonly limit: number;
    readonly only: RestoredOnly;
  },
): Promise<readonly RestoredRecord[]> {
  const { id, rootId, kind } = ask.only;
  const isAscending = ask.direction === 'ascending';
  const { rows } = await sql<RestoredRecord>`
    select record.id, record.root_id as "rootId", remembered.kind
    from bulk_undo_restored as remembered, unnest(ids, root_ids) as record (id, root_id)
    where ${ofPage(page)} and ${isOf(page.catalog, ask.type)}
      ${ask.beyond === null ? sql`` : sql`and record.id ${isAscending ? sql`>` : sql`<`} ${ask.beyond}`}
      ${equals('record.id', id)} ${equals('record.root_id', rootId)} ${equals('kind', kind)}
    order by record.id ${isAscending ? sql`asc` : sql`desc`}
    limit ${ask.limit}
  `.execute(db);
  return rows;
}

/**
 * The record of this type that came back with a page whose table and id hash to `recordHash`, as in
 * `findArchivedByHash`. @returns its UUID.
 */
export async function findRestoredByHash(
  db: Db,
  page: GivenBack,
  { type, recordHash }: { readonly type: ObjectType; readonly recordHash: string },
): Promise<string | undefined> {
  const hash = sql`encode(sha256(convert_to(table_name || ':' || record.id::text, 'UTF8')), 'hex')`;
  const { rows } = await sql<{ id: string }>`
    select record.id from bulk_undo_restored, unnest(ids) as record (id)
    where ${ofPage(page)} and ${isOf(page.catalog, type)} and left(${hash}, ${recordHash.length}) = ${recordHash}
  `.execute(db);
  return rows[0]?.id;
}

/**
 * The pages with which records came back that are, or belonged to, the one asked for: those of the undos, and those of
 * the bulk deletes that had taken them.
 * @param wanted.column `id`, or by type the name of the column of the root object.
 */
export async function findRestoringPages(
  db: Db,
  { catalog, tenantId }: { readonly catalog: Catalog; readonly tenantId: string },
  wanted: {
    readonly types: readonly { readonly type: ObjectType; readonly column: string }[];
    readonly id: string;
  },
): Promise<readonly PageKey[]> {
  if (wanted.types.length === 0) return [];
  // One "or" would keep Postgres from using the indexes.
  const branches = wanted.types.map(
    ({ type, column }) => sql`
      select bulk_undo_id, position, bulk_delete_id, page_no from bulk_undo_restored
      where ${column === 'id' ? sql`ids` : sql`root_ids`} @> array[${wanted.id}::uuid] and organization_id = ${tenantId}
        and ${isOf(catalog, type)}`,
  );
  const { rows } = await sql<{
    bulk_undo_id: string;
    position: number;
    bulk_delete_id: string;
    page_no: number;
  }>`${sql.join(branches, sql` union `)}`.execute(db);
  return rows.flatMap((row) => [
    { bulkActionId: row.bulk_undo_id, pageNo: row.position },
    { bulkActionId: row.bulk_delete_id, pageNo: row.page_no },
  ]);
}

function ofPage({ bulkActionId, pageNo, tenantId, by }: GivenBack): RawBuilder<unknown> {
  const key = by === 'undo' ? sql`(bulk_undo_id, position)` : sql`(bulk_delete_id, page_no)`;
  return sql`${key} = (${bulkActionId}::uuid, ${pageNo}::int) and organization_id = ${tenantId}`;
}

/** The condition that remembered records are of a type. */
function isOf(catalog: Catalog, type: ObjectType): RawBuilder<unknown> {
  return sql`table_name = ${type.table} and ${isOfTypes(tableOf(catalog, type.table), [type])}`;
}

function equals(column: string, value: string | undefined): RawBuilder<unknown> {
  return value === undefined ? sql`` : sql`and ${sql.ref(column)} = ${value}`;
}
