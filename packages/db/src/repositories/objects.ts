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

/** Objects of an organization: one type, or several that share a table. Names in SQL come from the catalog only. */
export interface ObjectScope {
  readonly catalog: Catalog;
  /** UUID of the organization. Every statement is bound to it. */
  readonly tenantId: string;
  readonly types: readonly ObjectType[];
}

/** A column that must hold exactly this value; null finds rows without one. */
export interface ColumnEquals {
  readonly column: string;
  readonly value: string | number | boolean | null;
}

/**
 * One page of objects, newest first: ids are UUIDs of version 7, so the order is that of their making, it is the
 * primary key's, and it does not change while someone pages through.
 */
export async function listObjects(
  db: Db | Trx,
  { catalog, tenantId, types }: ObjectScope,
  page: {
    readonly limit: number;
    readonly skip: number;
    readonly equals: readonly ColumnEquals[];
    readonly wanted: FieldFilter;
  },
): Promise<readonly ObjectRow[]> {
  const table = tableOfTypes(catalog, types);
  const list = selectObjects(catalog, types, page.wanted);
  const { rows } = await sql<Record<string, unknown>>`
    select ${list.expressions} from ${live(catalog, table)} as ${sql.id(ROW)}
    where ${ofTenant(table, tenantId)} ${ofTypes(catalog, table, types, ROW)} ${sql.join(page.equals.map(equals), sql` `)}
    order by ${sql.id(ROW, 'id')} desc
    limit ${page.limit} offset ${page.skip}
  `.execute(db);
  return rows.map(list.read);
}

/** The objects of these UUIDs, in any order; those that are gone, or another organization's, are not in the answer. */
export async function listObjectsById(
  db: Db | Trx,
  { catalog, tenantId, types }: ObjectScope,
  { ids, wanted }: { readonly ids: readonly string[]; readonly wanted: FieldFilter },
): Promise<readonly ObjectRow[]> {
  const table = tableOfTypes(catalog, types);
  const list = selectObjects(catalog, types, wanted);
  const { rows } = await sql<Record<string, unknown>>`
    select ${list.expressions} from ${live(catalog, table)} as ${sql.id(ROW)}
    where ${sql.id(ROW, 'id')} = any(${ids}::uuid[])
      and ${ofTenant(table, tenantId)} ${ofTypes(catalog, table, types, ROW)}
  `.execute(db);
  return rows.map(list.read);
}

/** The object of this UUID, or undefined: another organization's, or one of another type, is like a missing one. */
export async function findObject(
  db: Db | Trx,
  { catalog, tenantId, types }: ObjectScope,
  { id, wanted }: { readonly id: string; readonly wanted: FieldFilter },
): Promise<ObjectRow | undefined> {
  const table = tableOfTypes(catalog, types);
  const list = selectObjects(catalog, types, wanted);
  const { rows } = await sql<Record<string, unknown>>`
    select ${list.expressions} from ${live(catalog, table)} as ${sql.id(ROW)}
    where ${sql.id(ROW, 'id')} = ${id} and ${ofTenant(table, tenantId)} ${ofTypes(catalog, table, types, ROW)}
  `.execute(db);
  return rows.map(list.read)[0];
}

/** The parts of many parents in one statement, oldest first; `parentId` of each row says whose part it is. */
export async function listEmbedded(
  db: Db | Trx,
  {
    catalog,
    tenantId,
    embed,
  }: { readonly catalog: Catalog; readonly tenantId: string; readonly embed: Embed },
  { parentIds, wanted }: { readonly parentIds: readonly string[]; readonly wanted: FieldFilter },
): Promise<readonly ObjectRow[]> {
  const types = [objectTypeOf(catalog, embed.objectType)];
  const table = tableOfTypes(catalog, types);
  const list = selectObjects(catalog, types, wanted, embed.column);
  const only = embed.only ? equals({ column: embed.only.column, value: embed.only.equals }) : sql``;
  const { rows } = await sql<Record<string, unknown>>`
    select ${list.expressions} from ${live(catalog, table)} as ${sql.id(ROW)}
    where ${sql.id(ROW, embed.column)} = any(${parentIds}::uuid[])
      and ${ofTenant(table, tenantId)} ${ofTypes(catalog, table, types, ROW)} ${only}
    order by ${sql.id(ROW, 'id')}
  `.execute(db);
  return rows.map(list.read);
}

/** Which of these UUIDs are objects of this type in this organization. */
export async function findExistingIds(
  db: Db | Trx,
  { catalog, tenantId, types }: ObjectScope,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const table = tableOfTypes(catalog, types);
  const { rows } = await sql<{ id: string }>`
    select ${sql.id(ROW, 'id')} as id from ${live(catalog, table)} as ${sql.id(ROW)}
    where ${sql.id(ROW, 'id')} = any(${ids}::uuid[]) and ${ofTenant(table, tenantId)} ${ofTypes(catalog, table, types, ROW)}
  `.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** Takes away all parts of one parent, for a PUT that gives them anew. */
export async function deleteEmbedded(
  trx: Trx,
  {
    catalog,
    tenantId,
    embed,
  }: { readonly catalog: Catalog; readonly tenantId: string; readonly embed: Embed },
  parentId: string,
): Promise<void> {
  const type = objectTypeOf(catalog, embed.objectType);
  const table = tableOf(catalog, type.table);
  await sql`
    delete from ${live(catalog, table)} as ${sql.id(ROW)}
    where ${sql.id(ROW, embed.column)} = ${parentId} and ${ofTenant(table, tenantId)} ${ofTypes(catalog, table, [type], ROW)}
  `.execute(trx);
}

function live(catalog: Catalog, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.schema, table.name);
}

/** The one place where reading is bound to the organization. */
function ofTenant(table: Table, tenantId: string): RawBuilder<unknown> {
  return sql`${sql.id(ROW, table.tenantColumn)} = ${tenantId}`;
}

function equals({ column, value }: ColumnEquals): RawBuilder<unknown> {
  return value === null
    ? sql`and ${sql.id(ROW, column)} is null`
    : sql`and ${sql.id(ROW, column)} = ${value}`;
}
