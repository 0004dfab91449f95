import { tableOf } from '@winnow/catalog';
import { sql } from 'kysely';
import type { Trx } from '../transaction.ts';
import type { Relinking } from './relink.ts';
import type { MergeScope } from './rooted-objects.ts';

/** A custom field whose values are ids. */
export interface ReferringCustomField {
  /** Plain UUID. */
  readonly id: string;
  readonly owner: string;
}

/** Makes custom fields that hold one of the ids, alone or in a list, hold another one; no list comes to name it twice. */
export async function relinkCustomValues(
  trx: Trx,
  scope: MergeScope,
  fields: readonly ReferringCustomField[],
  { toId, fromIds }: Relinking,
): Promise<void> {
  const { catalog } = scope;
  for (const { id, owner } of fields) {
    const types = Object.values(catalog.objectTypes).filter((type) => type.customFieldOwner === owner);
    for (const name of new Set(types.map(({ table }) => table))) {
      const table = tableOf(catalog, name);
      if (table.customColumn === undefined) continue;
      const live = sql.id(catalog.schema, table.name);
      const column = sql.id(table.customColumn);
      const value = sql`${column} -> ${id}::text`;
      const patterns = fromIds.flatMap((from) => [{ [id]: from }, { [id]: [from] }]);
      await sql`
        with holding as materialized (
          select distinct row.id from jsonb_array_elements(${JSON.stringify(patterns)}::jsonb) as pattern
          join ${live} as row on row.${column} @> pattern.value and row.${column} <> '{}'
          where row.${sql.id(table.tenantColumn)} = ${scope.tenantId}
        )
        update ${live} as row set ${column} = row.${column} || jsonb_build_object(${id}::text,
          case jsonb_typeof(row.${value}) when 'array' then (
            select jsonb_agg(to_jsonb(item) order by position) from (
              select item, min(position) as position from (
                select case when item = any(${fromIds}::text[]) then ${toId}::text else item end as item, position
                from jsonb_array_elements_text(row.${value}) with ordinality as listed (item, position)
              ) as relinked group by item
            ) as once
          ) else to_jsonb(${toId}::text) end)
        from holding where row.id = holding.id
      `.execute(trx);
    }
  }
}
