import type { Catalog, ObjectType } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../transaction.ts';
import { targetsOfQuery } from './target-pages.ts';

/** The objects that a query is about. */
export interface PreviewScope {
  readonly catalog: Catalog;
  readonly objectType: ObjectType;
}

/** A compiled query, and how many of its rows are meant. */
export interface PreviewQuery {
  readonly alias: string;
  readonly where: RawBuilder<unknown>;
  readonly orderBy: readonly RawBuilder<unknown>[];
  /** Null: all of them. */
  readonly limit: number | null;
}

/** What a query would take at the moment of the transaction. */
export interface TargetCounts {
  /** Without the limit. */
  readonly total: number;
  readonly nObjects: number;
  readonly nRoots: number;
  /** The first ids in the query's order. */
  readonly sample: readonly string[];
}

/** Counts the targets of a query, and names the first of them: one statement, so one moment. */
export async function countTargets(
  trx: Trx,
  { catalog, objectType }: PreviewScope,
  query: PreviewQuery,
  sampleSize: number,
): Promise<TargetCounts> {
  const { limit } = query;
  const isTaken = limit === null ? sql`true` : sql`position <= ${limit}`;
  const nSample = limit === null ? sampleSize : Math.min(limit, sampleSize);
  const roots =
    objectType.name === catalog.rootObjectType
      ? sql`count(*) filter (where ${isTaken})`
      : sql`count(distinct root) filter (where ${isTaken})`;
  const { rows } = await sql<{ total: number; n_objects: number; n_roots: number; sample: string[] }>`
    with target as materialized (${targetsOfQuery(catalog, objectType, { ...query, limit: null })})
    select count(*)::int as total, count(*) filter (where ${isTaken})::int as n_objects, (${roots})::int as n_roots,
           (select coalesce(array_agg(id order by position), '{}') from target where position <= ${nSample}) as sample
    from target
  `.execute(trx);
  const [counts] = rows;
  return {
    total: counts?.total ?? 0,
    nObjects: counts?.n_objects ?? 0,
    nRoots: counts?.n_roots ?? 0,
    sample: counts?.sample ?? [],
  };
}

/** The first ids in the query's order. */
export async function sampleTargets(
  trx: Trx,
  { catalog, objectType }: PreviewScope,
  query: PreviewQuery,
  sampleSize: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`${targetIds(
    { catalog, objectType },
    {
      ...query,
      limit: query.limit === null ? sampleSize : Math.min(query.limit, sampleSize),
    },
  )}`.execute(trx);
  return rows.map(({ id }) => id);
}

/** The ids of the targets as a subquery with column `id`: sorted only where the limit makes the order matter. */
export function targetIds(
  { catalog, objectType }: PreviewScope,
  { alias, where, orderBy, limit }: PreviewQuery,
): RawBuilder<unknown> {
  const taken = limit === null ? sql`` : sql`order by ${sql.join(orderBy)} limit ${limit}`;
  return sql`
    select ${sql.id(alias, 'id')} as id from ${sql.id(catalog.schema, objectType.table)} as ${sql.id(alias)}
    where ${where} ${taken}
  `;
}

/** Any `size` of the targets, whichever the server comes upon first. */
export function someTargetIds(
  { catalog, objectType }: PreviewScope,
  { alias, where }: PreviewQuery,
  size: number,
): RawBuilder<unknown> {
  return sql`
    select ${sql.id(alias, 'id')} as id from ${sql.id(catalog.schema, objectType.table)} as ${sql.id(alias)}
    where ${where} limit ${size}
  `;
}

/** How many rows the planner believes to satisfy the query; it reads statistics and no rows. */
export async function estimateTargets(
  trx: Trx,
  { catalog, objectType }: PreviewScope,
  query: PreviewQuery,
): Promise<number> {
  const { rows } = await sql<{
    'QUERY PLAN': readonly { readonly Plan: { readonly 'Plan Rows': number } }[];
  }>`
    explain (format json) ${targetIds({ catalog, objectType }, { ...query, limit: null })}
  `.execute(trx);
  return Math.round(rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0);
}
