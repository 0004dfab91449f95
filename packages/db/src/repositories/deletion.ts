import type { Catalog, ObjectType, PlanStep, Table } from '@winnow/catalog';
import { tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../transaction.ts';

/** Where deleted rows go and whose they are: the same for every statement of a page. */
export interface DeletionContext {
  readonly catalog: Catalog;
  readonly organizationId: string;
  readonly bulkDeleteId: string;
  readonly pageNo: number;
  /** Whether deleted rows and cut links are kept in the archive. */
  readonly archive: boolean;
  /** Columns of each table that are copied to its archive table. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
}

/** Ids of locked rows as Postgres wrote them, `{…,…}`: between two statements nobody needs to take them apart. */
export interface LockedIds {
  readonly literal: string;
  readonly size: number;
}

/** Ids of locked rows by table. */
export type LockedRows = ReadonlyMap<string, LockedIds>;

const NO_IDS: LockedIds = { literal: '{}', size: 0 };

export function idsOf(locked: LockedRows, table: string): LockedIds {
  return locked.get(table) ?? NO_IDS;
}

/**
 * Locks the rows among `ids` that still are the organization's and of this object type, in id order, so that two
 * pages that overlap wait for each other instead of deadlocking.
 * @returns the rows that are there; the rest is gone.
 */
export async function lockTargets(
  trx: Trx,
  context: DeletionContext,
  objectType: ObjectType,
  ids: readonly string[],
): Promise<LockedIds> {
  const table = tableOf(context.catalog, objectType.table);
  const wanted: LockedRows = new Map([[table.name, { literal: `{${ids.join(',')}}`, size: ids.length }]]);
  const ofType =
    table.typeColumn === undefined || objectType.typeValue === undefined
      ? sql``
      : sql`and ${sql.id(table.typeColumn)} = ${objectType.typeValue}`;
  return lockRows(trx, context, table, wanted, sql`${isAmong('id', table.name)} ${ofType}`);
}

/** Locks the rows of a step that point at locked parents, in id order. */
export async function lockChildren(
  trx: Trx,
  context: DeletionContext,
  step: PlanStep,
  locked: LockedRows,
): Promise<LockedIds> {
  const where = pointsAtParents(step, locked);
  return where === undefined ? NO_IDS : lockRows(trx, context, step.table, locked, where);
}

async function lockRows(
  trx: Trx,
  context: DeletionContext,
  table: Table,
  given: LockedRows,
  where: RawBuilder<unknown>,
): Promise<LockedIds> {
  const { rows } = await sql<LockedIds>`
    with ${idsCte(given)},
    locked as (
      select id from ${live(context, table)} as row where (${where}) and ${ofTenant(context, table)} order by id for update
    )
    select coalesce(array_agg(id), '{}')::text as literal, count(*)::int as size from locked
  `.execute(trx);
  return rows[0] ?? NO_IDS;
}

/** How many rows went, by table and by the value of its type column. */
export interface DeletedRows {
  readonly table_name: string;
  readonly type: string | null;
  readonly n: number;
}

/**
 * Deletes the rows of several steps in one statement, moves them to the archive, and cuts the links of rows that
 * stay. One statement: foreign keys are checked at its end, when everything that pointed at a row is gone or cut.
 * Rows that point at a step's rows without being locked themselves must have been deleted by an earlier statement.
 */
export async function deleteSteps(
  trx: Trx,
  context: DeletionContext,
  steps: readonly PlanStep[],
  locked: LockedRows,
): Promise<readonly DeletedRows[]> {
  const deletions = steps.flatMap((step) => {
    const where =
      step.referenced || step.parents.length === 0 ? ownRows(step, locked) : pointsAtParents(step, locked);
    return where === undefined ? [] : [deletionOf(context, step.table, where)];
  });
  if (deletions.length === 0) return [];
  const { rows } = await sql<DeletedRows>`
    with ${sql.join([idsCte(locked), ...cutLinks(context, steps, locked), ...deletions.flatMap(({ ctes }) => ctes)])}
    ${sql.join(
      deletions.map(({ count }) => count),
      sql` union all `,
    )}
  `.execute(trx);
  return rows;
}

function deletionOf(context: DeletionContext, table: Table, where: RawBuilder<unknown>) {
  const gone = sql.id(`gone_${table.name}`);
  const archived = sql.id(`archived_${table.name}`);
  const type = sql.id(table.typeColumn ?? 'id');
  const deletion = sql`delete from ${live(context, table)} as row where (${where}) and ${ofTenant(context, table)}`;
  const count = (from: RawBuilder<unknown>) => sql`
    select ${table.name} as table_name, ${table.typeColumn === undefined ? sql`null::text` : type} as type, count(*)::int as n
    from ${from} ${table.typeColumn === undefined ? sql`` : sql`group by ${type}`}
  `;
  if (!context.archive) {
    return { ctes: [sql`${gone} as (${deletion} returning ${type})`], count: count(gone) };
  }
  const columns = sql.join((context.columns[table.name] ?? []).map((column) => sql.id(column)));
  return {
    ctes: [
      sql`${gone} as (${deletion} returning ${columns})`,
      sql`${archived} as (
        insert into ${sql.id(context.catalog.archiveSchema, table.name)} (${columns}, bulk_delete_id, page_no)
        select ${columns}, ${context.bulkDeleteId}::uuid, ${context.pageNo}::int from ${gone}
        returning ${type}
      )`,
    ],
    count: count(archived),
  };
}

/**
 * Sets links to deleted rows to null in rows that stay, and remembers each in the archive. One update for all links
 * of a table: a statement may change a row only once.
 */
function cutLinks(
  context: DeletionContext,
  steps: readonly PlanStep[],
  locked: LockedRows,
): readonly RawBuilder<unknown>[] {
  const links = new Map<string, { readonly column: string; readonly target: string }[]>();
  for (const { table: target, detach } of steps) {
    if (idsOf(locked, target.name).size === 0) continue;
    for (const { table, column } of detach) {
      links.set(table, [...(links.get(table) ?? []), { column, target: target.name }]);
    }
  }
  return [...links].flatMap(([name, columns]) =>
    cutLinksOf(context, tableOf(context.catalog, name), columns, locked),
  );
}

function cutLinksOf(
  context: DeletionContext,
  table: Table,
  links: readonly { readonly column: string; readonly target: string }[],
  locked: LockedRows,
): readonly RawBuilder<unknown>[] {
  const linked = sql.id(`linked_${table.name}`);
  const isCut = links.map(({ column, target }) => isAmong(column, target));
  const isDoomed =
    idsOf(locked, table.name).size === 0
      ? sql``
      : sql`and not exists (select from unnest((select ${sql.id(table.name)} from ids)) as doomed (id) where doomed.id = row.id)`;
  const targets = links.map(
    ({ column }, index) =>
      sql`case when ${isCut[index]} then ${sql.id(column)} end as ${sql.id(`target_${index}`)}`,
  );
  const cut = links.map(
    ({ column }, index) =>
      sql`${sql.id(column)} = case when ${sql.id(`target_${index}`)} is null then row.${sql.id(column)} end`,
  );
  const ctes = [
    sql`${linked} as (
      select id, ${sql.join(targets)} from ${live(context, table)} as row
      where (${sql.join(isCut, sql` or `)}) and ${ofTenant(context, table)} ${isDoomed}
      order by id for update
    )`,
    sql`${sql.id(`cut_${table.name}`)} as (
      update ${live(context, table)} as row set ${sql.join(cut)} from ${linked} where row.id = ${linked}.id
    )`,
  ];
  if (!context.archive) return ctes;
  const links_ = links.map(({ column }, index) => sql`(${column}::text, ${sql.id(`target_${index}`)})`);
  return [
    ...ctes,
    sql`${sql.id(`noted_${table.name}`)} as (
      insert into ${sql.id(context.catalog.archiveSchema, 'detached_link')}
        (bulk_delete_id, page_no, table_name, column_name, row_id, target_id)
      select ${context.bulkDeleteId}::uuid, ${context.pageNo}::int, ${table.name}, link.column_name, id, link.target_id
      from ${linked} cross join lateral (values ${sql.join(links_)}) as link (column_name, target_id)
      where link.target_id is not null
    )`,
  ];
}

/** The ids of all locked rows, once, as a row with a column for each table: every condition reads them from here. */
function idsCte(locked: LockedRows): RawBuilder<unknown> {
  const arrays = [...locked].map(([table, { literal }]) => sql`${literal}::uuid[] as ${sql.id(table)}`);
  return sql`ids as materialized (select ${sql.join(arrays)})`;
}

/** An array that the planner cannot see into: it takes the index, and does not weigh a thousand ids one by one. */
function isAmong(column: string, table: string): RawBuilder<unknown> {
  return sql`${sql.id('row', column)} = any((select ${sql.id(table)} from ids)::uuid[])`;
}

function ownRows({ table }: PlanStep, locked: LockedRows): RawBuilder<unknown> | undefined {
  return idsOf(locked, table.name).size === 0 ? undefined : isAmong('id', table.name);
}

/** Undefined when no parent has a row: an empty "or" must never turn into all of them. */
function pointsAtParents({ parents }: PlanStep, locked: LockedRows): RawBuilder<unknown> | undefined {
  const present = parents.filter(({ references }) => idsOf(locked, references).size > 0);
  if (present.length === 0) return undefined;
  return sql.join(
    present.map(({ column, references }) => isAmong(column, references)),
    sql` or `,
  );
}

function live({ catalog }: DeletionContext, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.schema, table.name);
}

/** The one place where a page's statements are bound to the organization. */
function ofTenant({ organizationId }: DeletionContext, table: Table): RawBuilder<unknown> {
  return sql`${sql.id('row', table.tenantColumn)} = ${organizationId}::uuid`;
}
