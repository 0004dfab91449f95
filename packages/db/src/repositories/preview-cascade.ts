import { type Catalog, type DeletionPlan, type Relation, type Table, tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../transaction.ts';
import type { DeletedRows } from './deletion.ts';

/** Rows that a deletion would touch, by table and by the value of its type column. */
export interface AffectedRows extends DeletedRows {
  /** Whether they would be deleted; otherwise they would stay and lose a link. */
  readonly goes: boolean;
}

/** What a deletion would touch. */
export interface Cascade {
  readonly nTargets: number;
  /** Beside the targets. */
  readonly rows: readonly AffectedRows[];
}

/** What a preview of a deletion works on. */
export interface CascadeScope {
  readonly catalog: Catalog;
  /** Every statement is bound to it. */
  readonly organizationId: string;
  readonly plan: DeletionPlan;
}

/**
 * Counts what deleting the targets would take with them, and what would lose a link, without taking anything. Each
 * row counts once, whatever the number of links that lead to it; one that both goes and loses a link only goes.
 * @param targetIds a subquery with a column `id` of unique ids, of the plan's root table.
 */
export async function countCascade(
  trx: Trx,
  scope: CascadeScope,
  targetIds: RawBuilder<unknown>,
): Promise<Cascade> {
  const { plan, catalog } = scope;
  const children = [...plan.steps].reverse().filter(({ table }) => table.name !== plan.root);
  const { rows } = await sql<AffectedRows>`
    with ${sql.join([
      sql`${doomed(plan.root)} as materialized (select id, null::text as type from (${targetIds}) as target)`,
      ...children.map((step) => doomedChildren(scope, step)),
    ])}
    ${sql.join(
      tablesTouched(plan).map((name) => countOf(scope, tableOf(catalog, name))),
      sql` union all `,
    )}
  `.execute(trx);
  const isTarget = ({ table_name, goes }: AffectedRows) => goes && table_name === plan.root;
  return { nTargets: rows.find(isTarget)?.n ?? 0, rows: rows.filter((row) => !isTarget(row)) };
}

function tablesTouched({ steps }: DeletionPlan): readonly string[] {
  return [
    ...new Set(steps.flatMap(({ table, detach }) => [table.name, ...detach.map((link) => link.table)])),
  ];
}

/** Parents come first, so that a step's rows are found by rows that are known by then. */
function doomedChildren(
  scope: CascadeScope,
  { table, parents }: { readonly table: Table; readonly parents: readonly Relation[] },
): RawBuilder<unknown> {
  const rows = parents.map(({ column, references }) => rowsThatPoint(scope, table, column, references));
  // A column names one parent, so that only several columns can lead to a row twice.
  return sql`${doomed(table.name)} as materialized (
    ${sql.join(rows, parents.length === 1 ? sql`` : sql` union `)}
  )`;
}

/**
 * Adds up the rows of one table. What goes and what would lose a link are put together and grouped by id: to look
 * the one up in the other would be quadratic whenever the planner takes a large set for a small one.
 */
function countOf(scope: CascadeScope, table: Table): RawBuilder<unknown> {
  const { steps } = scope.plan;
  const links = steps.flatMap(({ table: target, detach }) =>
    detach
      .filter((link) => link.table === table.name)
      .map(({ column }) => rowsThatPoint(scope, table, column, target.name)),
  );
  const touched = [
    ...(steps.some((step) => step.table.name === table.name)
      ? [sql`select id, type, true as goes from ${doomed(table.name)}`]
      : []),
    ...links.map((rows) => sql`select id, type, false as goes from (${rows}) as linked`),
  ];
  const all = sql.join(touched, sql` union all `);
  const once =
    links.length === 0
      ? all
      : sql`select id, max(type) as type, bool_or(goes) as goes from (${all}) as touched group by id`;
  return sql`select ${table.name}::text as table_name, type, goes, count(*)::int as n from (${once}) as once group by type, goes`;
}

/**
 * The rows of `table` whose `column` points at a doomed row. The ids go to the index of the column as one sorted list:
 * three times as fast as to look them up one by one, and unlike a join it does not depend on the planner's idea of how
 * many there are, which may be far off. The organization is looked at afterwards (`offset 0`), so that no index on it
 * is taken instead.
 */
function rowsThatPoint(
  { catalog, organizationId }: CascadeScope,
  table: Table,
  column: string,
  parent: string,
): RawBuilder<unknown> {
  const type = table.typeColumn === undefined ? sql`null::text` : sql`${sql.id(table.typeColumn)}::text`;
  return sql`
    select child.id, child.type from (
      select id, ${type} as type, ${sql.id(table.tenantColumn)} as tenant
      from ${sql.id(catalog.schema, table.name)}
      where ${sql.id(column)} = any ((select coalesce(array_agg(id), '{}') from ${doomed(parent)})::uuid[])
      offset 0
    ) as child where child.tenant = ${organizationId}::uuid
  `;
}

function doomed(table: string): RawBuilder<unknown> {
  return sql.id(`doomed_${table}`);
}
