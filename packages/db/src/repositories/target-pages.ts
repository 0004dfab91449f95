import type { Catalog, ObjectType } from '@winnow/catalog';
import { tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../transaction.ts';

/** A set of targets, as a query with columns `id`, `root` (the object that it belongs to, or null) and `position`, from 1. */
export type TargetQuery = RawBuilder<unknown>;

export interface ResolvedCounts {
  readonly nObjects: number;
  readonly nRoots: number;
}

/** The rows that satisfy a compiled query, in its order, at most `limit`. */
export function targetsOfQuery(
  catalog: Catalog,
  objectType: ObjectType,
  query: {
    readonly alias: string;
    readonly where: RawBuilder<unknown>;
    readonly orderBy: readonly RawBuilder<unknown>[];
    readonly limit: number | null;
  },
): TargetQuery {
  const order = sql.join(query.orderBy);
  const alias = sql.id(query.alias);
  return sql`
    select ${alias}.id, ${rootOf(objectType, alias)} as root, row_number() over (order by ${order}) as position
    from ${sql.id(catalog.schema, objectType.table)} as ${alias}
    where ${query.where}
    order by ${order}
    ${query.limit === null ? sql`` : sql`limit ${query.limit}`}
  `;
}

/** Exactly these ids, in the order given, whether a row has them or not. */
export function targetsOfIds(
  catalog: Catalog,
  objectType: ObjectType,
  { organizationId, ids }: { readonly organizationId: string; readonly ids: readonly string[] },
): TargetQuery {
  const { tenantColumn } = tableOf(catalog, objectType.table);
  const row = sql.id('row');
  return sql`
    select wanted.id, ${rootOf(objectType, row)} as root, wanted.position
    from unnest(${ids}::uuid[]) with ordinality as wanted (id, position)
    left join ${sql.id(catalog.schema, objectType.table)} as ${row}
      on ${row}.id = wanted.id and ${sql.id('row', tenantColumn)} = ${organizationId}
  `;
}

/** The object that a row of the type belongs to, as SQL; null where the type belongs to none. */
export function rootOf(objectType: ObjectType, alias: RawBuilder<unknown>): RawBuilder<unknown> {
  return objectType.rootColumn === undefined
    ? sql`null::uuid`
    : sql`${alias}.${sql.id(objectType.rootColumn)}`;
}

/**
 * Writes the target set as pages, all on the server: ids never travel through the client, and a page is one row
 * of a thousand or so ids. A root counts in the page that holds its first object, so that the pages' roots add up.
 */
export async function insertPages(
  trx: Trx,
  {
    bulkDeleteId,
    pageSize,
    targets,
    rootsAreTargets,
  }: {
    readonly bulkDeleteId: string;
    readonly pageSize: number;
    readonly targets: TargetQuery;
    /** The targets are the roots themselves, so that no root can come twice: saves a sort of the whole set. */
    readonly rootsAreTargets: boolean;
  },
): Promise<ResolvedCounts> {
  const isNewRoot = rootsAreTargets
    ? sql`true`
    : sql`root is not null and row_number() over (partition by root order by position) = 1`;
  const { rows } = await sql<{ n_objects: number; n_roots: number }>`
    with target as (${targets}),
    counted as (select id, position, ${isNewRoot} as is_new_root from target),
    page as (
      insert into bulk_delete_page (bulk_delete_id, page_no, object_ids, n_roots, first_position)
      select ${bulkDeleteId}, (position - 1) / ${pageSize} + 1, array_agg(id order by position),
             count(*) filter (where is_new_root), min(position)
      from counted
      group by 2
      returning cardinality(object_ids) as n_objects, n_roots
    )
    select coalesce(sum(n_objects), 0)::int as n_objects, coalesce(sum(n_roots), 0)::int as n_roots from page
  `.execute(trx);
  const counts = rows[0];
  return { nObjects: counts?.n_objects ?? 0, nRoots: counts?.n_roots ?? 0 };
}
