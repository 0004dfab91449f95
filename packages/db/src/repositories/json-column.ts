import { type Catalog, type ObjectType, tableOf } from '@winnow/catalog';
import { sql } from 'kysely';
import type { JsonObject } from '../tables.ts';
import type { Trx } from '../transaction.ts';

/**
 * Sets some keys of a JSON object that a column holds, and takes others away, in one statement: two clients that
 * change different keys at once both have their way.
 */
export async function mergeJsonColumn(
  trx: Trx,
  scope: { readonly catalog: Catalog; readonly tenantId: string; readonly objectType: ObjectType },
  change: {
    /** Plain UUID of the object. */
    readonly id: string;
    readonly column: string;
    readonly set: JsonObject;
    readonly unset: readonly string[];
  },
): Promise<void> {
  const table = tableOf(scope.catalog, scope.objectType.table);
  const column = sql.id(change.column);
  await sql`
    update ${sql.id(scope.catalog.schema, table.name)}
    set ${column} = (${column} - ${change.unset}::text[]) || ${JSON.stringify(change.set)}::jsonb
    where id = ${change.id} and ${sql.id(table.tenantColumn)} = ${scope.tenantId}
  `.execute(trx);
}
