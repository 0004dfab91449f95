import { type Catalog, type ObjectType, tableOf } from '@winnow/catalog';
import { sql } from 'kysely';
import type { Db } from '../connection.ts';

/** One page of the ids of a list, and how many objects the whole list has. */
export interface ListedIds {
  /** Plain UUIDs, newest first. */
  readonly ids: readonly string[];
  readonly total: number;
}

/**
 * A page of the objects of one type whose column holds one of these values; all of them without `only`. The page and
 * the number are of one moment.
 */
export async function listIds(
  db: Db,
  scope: { readonly catalog: Catalog; readonly tenantId: string; readonly objectType: ObjectType },
  page: {
    readonly only?: { readonly column: string; readonly values: readonly string[] } | undefined;
    readonly limit: number;
    readonly offset: number;
  },
): Promise<ListedIds> {
  const { catalog, tenantId, objectType } = scope;
  const table = tableOf(catalog, objectType.table);
  const ofType =
    table.typeColumn === undefined ? sql`` : sql`and ${sql.id(table.typeColumn)} = ${objectType.typeValue}`;
  const only =
    page.only === undefined ? sql`` : sql`and ${sql.id(page.only.column)} = any(${page.only.values}::uuid[])`;
  const list = sql`from ${sql.id(catalog.schema, table.name)} where ${sql.id(table.tenantColumn)} = ${tenantId} ${ofType} ${only}`;
  const { rows } = await sql<{ ids: string[]; total: number }>`
    select (select count(*)::int ${list}) as total,
      array(select id ${list} order by id desc limit ${page.limit} offset ${page.offset})::text[] as ids
  `.execute(db);
  return rows[0] ?? { ids: [], total: 0 };
}
