import { type Catalog, type ObjectType, tableOf } from '@winnow/catalog';
import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';

/**
 * Finds objects by a text that people know them by: a label, a name, an external id.
 * @param scope.tenantId UUID of the organization.
 * @param lookup.column a text column of the type's table.
 * @returns by key, the UUIDs of the objects that have it, oldest first; a key that nobody has is absent.
 */
export async function findIdsByKey(
  db: Db | Trx,
  scope: { readonly catalog: Catalog; readonly tenantId: string; readonly objectType: ObjectType },
  lookup: { readonly column: string; readonly keys: readonly string[] },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { catalog, tenantId, objectType } = scope;
  const table = tableOf(catalog, objectType.table);
  const key = sql.id(lookup.column);
  const ofType =
    table.typeColumn === undefined ? sql`` : sql`and ${sql.id(table.typeColumn)} = ${objectType.typeValue}`;
  const { rows } = await sql<{ key: string; ids: string[] }>`
    select ${key} as key, array_agg(id::text order by id) as ids
    from ${sql.id(catalog.schema, table.name)}
    where ${sql.id(table.tenantColumn)} = ${tenantId} and ${key} = any(${[...new Set(lookup.keys)]}::text[]) ${ofType}
    group by ${key}
  `.execute(db);
  return new Map(rows.map((row) => [row.key, row.ids]));
}
