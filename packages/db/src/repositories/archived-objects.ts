import {
  type Catalog,
  type Embed,
  type ObjectType,
  objectTypeOf,
  type Table,
  tableOf,
} from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';
import {
  type FieldFilter,
  type ObjectRow,
  ofTypes,
  ROW,
  selectObjects,
  tableOfTypes,
} from './object-columns.ts';

/** The archived rows of one page of a bulk delete. Every statement is bound to the organization. */
export interface ArchivedPage {
  readonly catalog: Catalog;
  /** UUID of the organization. */
  readonly tenantId: string;
  readonly bulkDeleteId: string;
  readonly pageNo: number;
}

/** A column that an archived object must hold exactly this value in. */
export interface ArchivedOnly {
  readonly column: string;
  readonly value: string;
}

/**
 * Objects of one type that a page deleted, as they were, in the order of their ids or against it. Fields that are
 * looked up elsewhere have the value that stands there now.
 * @param ask.beyond only objects after this id in that order; null begins at the beginning.
 */
export async function listArchivedObjects(
  db: Db | Trx,
  page: ArchivedPage,
  ask: {
    readonly type: ObjectType;
    readonly beyond: string | null;
    readonly direction: 'ascending' | 'descending';
    readonly limit: number;
    readonly only?: readonly ArchivedOnly[];
    readonly wanted: FieldFilter;
  },
): Promise<readonly ObjectRow[]> {
  const { catalog } = page;
  const table = tableOfTypes(catalog, [ask.type]);
  const list = selectObjects(catalog, [ask.type], ask.wanted);
  const isAscending = ask.direction === 'ascending';
  const beyond =
    ask.beyond === null
      ? sql``
      : sql`and ${sql.id(ROW, 'id')} ${isAscending ? sql`>` : sql`<`} ${ask.beyond}`;
  const only = (ask.only ?? []).map(({ column, value }) => sql`and ${sql.id(ROW, column)} = ${value}`);
  const { rows } = await sql<Record<string, unknown>>`
    select ${list.expressions} from ${archived(catalog, table)} as ${sql.id(ROW)}
    where ${inPage(page, table)} ${ofTypes(catalog, table, [ask.type], ROW)} ${sql.join(only, sql` `)} ${beyond}
    order by ${sql.id(ROW, 'id')} ${isAscending ? sql`asc` : sql`desc`}
    limit ${ask.limit}
  `.execute(db);
  return rows.map(list.read);
}

/** The parts of many archived objects of a page, which went with them; `parentId` says whose part each is. */
export async function listArchivedEmbedded(
  db: Db | Trx,
  page: ArchivedPage,
  {
    embed,
    parentIds,
    wanted,
  }: { readonly embed: Embed; readonly parentIds: readonly string[]; readonly wanted: FieldFilter },
): Promise<readonly ObjectRow[]> {
  const { catalog } = page;
  const types = [objectTypeOf(catalog, embed.objectType)];
  const table = tableOfTypes(catalog, types);
  const list = selectObjects(catalog, types, wanted, embed.column);
  const only = embed.only ? sql`and ${sql.id(ROW, embed.only.column)} = ${embed.only.equals}` : sql``;
  const { rows } = await sql<Record<string, unknown>>`
    select ${list.expressions} from ${archived(catalog, table)} as ${sql.id(ROW)}
    where ${inPage(page, table)} and ${sql.id(ROW, embed.column)} = any(${parentIds}::uuid[])
      ${ofTypes(catalog, table, types, ROW)} ${only}
    order by ${sql.id(ROW, 'id')}
  `.execute(db);
  return rows.map(list.read);
}

/** A column of archived rows of the page by their id: what a field looked up in a row that went with its object. */
export async function readArchivedColumn(
  db: Db | Trx,
  page: ArchivedPage,
  lookup: { readonly table: string; readonly column: string; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, unknown>> {
  const table = tableOf(page.catalog, lookup.table);
  const { rows } = await sql<{ id: string; value: unknown }>`
    select ${sql.id(ROW, 'id')} as id, ${sql.id(ROW, lookup.column)} as value
    from ${archived(page.catalog, table)} as ${sql.id(ROW)}
    where ${inPage(page, table)} and ${sql.id(ROW, 'id')} = any(${lookup.ids}::uuid[])
  `.execute(db);
  return new Map(rows.map(({ id, value }) => [id, value]));
}

/**
 * The object of this type on a page whose table and id hash to `recordHash`: the first hex digits of the SHA-256 of
 * `table:id`. @returns its UUID.
 */
export async function findArchivedByHash(
  db: Db | Trx,
  page: ArchivedPage,
  { type, recordHash }: { readonly type: ObjectType; readonly recordHash: string },
): Promise<string | undefined> {
  const table = tableOf(page.catalog, type.table);
  const hash = sql`encode(sha256(convert_to(${`${table.name}:`} || ${sql.id(ROW, 'id')}::text, 'UTF8')), 'hex')`;
  const { rows } = await sql<{ id: string }>`
    select ${sql.id(ROW, 'id')} as id from ${archived(page.catalog, table)} as ${sql.id(ROW)}
    where ${inPage(page, table)} ${ofTypes(page.catalog, table, [type], ROW)}
      and left(${hash}, ${recordHash.length}) = ${recordHash}
  `.execute(db);
  return rows[0]?.id;
}

/** A page of a bulk delete, or of an undo, by which the row of its events is found. */
export interface PageKey {
  readonly bulkActionId: string;
  readonly pageNo: number;
}

/**
 * The pages that deleted objects of these types whose own id, or the id in whose column, is the one asked for.
 * @param column `id`, or the name of the column by type; types without one are passed over.
 */
export async function findArchivingPages(
  db: Db | Trx,
  { catalog, tenantId }: Pick<ArchivedPage, 'catalog' | 'tenantId'>,
  wanted: {
    readonly types: readonly { readonly type: ObjectType; readonly column: string }[];
    readonly id: string;
  },
): Promise<readonly PageKey[]> {
  if (wanted.types.length === 0) return [];
  const branches = wanted.types.map(({ type, column }) => {
    const table = tableOf(catalog, type.table);
    return sql`
      select bulk_delete_id, page_no from ${archived(catalog, table)} as ${sql.id(ROW)}
      where ${sql.id(ROW, column)} = ${wanted.id}::uuid and ${sql.id(ROW, table.tenantColumn)} = ${tenantId}
        ${ofTypes(catalog, table, [type], ROW)}
    `;
  });
  const { rows } = await sql<{ bulk_delete_id: string; page_no: number }>`
    ${sql.join(branches, sql` union `)}
  `.execute(db);
  return rows.map(({ bulk_delete_id, page_no }) => ({ bulkActionId: bulk_delete_id, pageNo: page_no }));
}

/** Ids of the objects of one type that a bulk delete has deleted so far. For deletions by ids: all of them at once. */
export async function findDeletedIds(
  db: Db | Trx,
  catalog: Catalog,
  deletion: { readonly organizationId: string; readonly bulkDeleteId: string; readonly objectType: string },
): Promise<ReadonlySet<string>> {
  const type = objectTypeOf(catalog, deletion.objectType);
  const table = tableOf(catalog, type.table);
  const { rows } = await sql<{ id: string }>`
    select ${sql.id(ROW, 'id')} as id from ${archived(catalog, table)} as ${sql.id(ROW)}
    where ${sql.id(ROW, 'bulk_delete_id')} = ${deletion.bulkDeleteId}
      and ${sql.id(ROW, table.tenantColumn)} = ${deletion.organizationId} ${ofTypes(catalog, table, [type], ROW)}
  `.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** The archive's table for rows of a live one. */
export function archived(catalog: Catalog, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.archiveSchema, table.name);
}

/** The condition that a row of the archive, with the alias `ROW`, is one of the page and of the organization. */
export function inPage({ tenantId, bulkDeleteId, pageNo }: ArchivedPage, table: Table): RawBuilder<unknown> {
  return sql`${sql.id(ROW, 'bulk_delete_id')} = ${bulkDeleteId} and ${sql.id(ROW, 'page_no')} = ${pageNo}
    and ${sql.id(ROW, table.tenantColumn)} = ${tenantId}`;
}
