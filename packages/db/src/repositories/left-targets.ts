import { type Catalog, type ObjectType, tableOf } from '@winnow/catalog';
import { sql } from 'kysely';
import { rootOf, type TargetQuery } from './target-pages.ts';

/** Exactly the objects of an ended bulk delete that failed or whose turn never came, in the order of its set. */
export function targetsLeftBy(
  catalog: Catalog,
  objectType: ObjectType,
  { organizationId, bulkDeleteId }: { readonly organizationId: string; readonly bulkDeleteId: string },
): TargetQuery {
  const { tenantColumn } = tableOf(catalog, objectType.table);
  const row = sql.id('row');
  return sql`
    select wanted.id, ${rootOf(objectType, row)} as root, wanted.position
    from (
      select object.id, row_number() over (order by page.first_position, object.n) as position
      from bulk_delete_page as page
      cross join lateral unnest(page.object_ids) with ordinality as object (id, n)
      where page.bulk_delete_id = ${bulkDeleteId} and (
        page.status = 'pending' or page.n_failed > 0 and exists (
          select from bulk_delete_failure as failure
          where failure.bulk_delete_id = page.bulk_delete_id and failure.object_id = object.id
        )
      )
    ) as wanted
    left join ${sql.id(catalog.schema, objectType.table)} as ${row}
      on ${row}.id = wanted.id and ${sql.id('row', tenantColumn)} = ${organizationId}
  `;
}
