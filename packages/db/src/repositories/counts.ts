import { type Catalog, type Field, type ObjectType, tableOf } from '@winnow/catalog';
import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';
import { ROW, selectValue } from './object-columns.ts';

/**
 * How many objects of a type an organization has, by the value of one field.
 * @param field of the type, wherever its value comes from; `null` in the result stands for no value.
 */
export async function countByField(
  db: Db | Trx,
  scope: { readonly catalog: Catalog; readonly tenantId: string; readonly objectType: ObjectType },
  field: Field,
): Promise<ReadonlyMap<string | null, number>> {
  const { catalog, tenantId, objectType } = scope;
  const table = tableOf(catalog, objectType.table);
  const ofType =
    table.typeColumn === undefined
      ? sql``
      : sql`and ${sql.id(ROW, table.typeColumn)} = ${objectType.typeValue}`;
  const { rows } = await sql<{ value: string | null; n: number }>`
    select ${selectValue(catalog, table, field)}::text as value, count(*) as n
    from ${sql.id(catalog.schema, table.name)} as ${sql.id(ROW)}
    where ${sql.id(ROW, table.tenantColumn)} = ${tenantId} ${ofType}
    group by 1
  `.execute(db);
  return new Map(rows.map(({ value, n }) => [value, n]));
}

/** How many rows of a table a bulk delete has put into the archive. @param bulkDeleteId plain UUID. */
export async function countArchived(
  db: Db | Trx,
  archive: { readonly catalog: Catalog; readonly table: string; readonly bulkDeleteId: string },
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from ${sql.id(archive.catalog.archiveSchema, archive.table)}
    where bulk_delete_id = ${archive.bulkDeleteId}
  `.execute(db);
  return rows[0]?.n ?? 0;
}
