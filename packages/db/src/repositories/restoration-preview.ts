import type { Catalog, Relation, Table } from '@winnow/catalog';
import { tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../transaction.ts';
import type { DeletedRows } from './deletion.ts';

/** A unique index as far as a trial can ask it: columns, and the condition of a partial one. */
export interface UniqueIndex {
  readonly table: string;
  readonly columns: readonly string[];
  readonly condition: string | null;
}

/** What a trial is about. */
export interface TrialContext {
  readonly catalog: Catalog;
  readonly organizationId: string;
  readonly bulkDeleteId: string;
  /** Tables of the deletion plan that have a mirror, parents first. */
  readonly tables: readonly string[];
  readonly uniqueIndexes: readonly UniqueIndex[];
}

/** Records that would have the same fate: `code` of the conflict, null for those that would come back. */
export interface TrialRows extends DeletedRows {
  readonly code: string | null;
}

/** Links that would be set again, and those that would not. */
export interface TrialLinks {
  readonly n_restorable: number;
  readonly n_conflicts: number;
}

/** Unique indexes over plain columns, but for those of the id, which is asked for by itself. */
export async function readUniqueIndexes(
  trx: Trx,
  catalog: Catalog,
  tables: readonly string[],
): Promise<readonly UniqueIndex[]> {
  const { rows } = await sql<UniqueIndex>`
    select c.relname as "table", array_agg(a.attname::text order by key.position) as columns,
           pg_get_expr(i.indpred, i.indrelid) as condition
    from pg_index i
    join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral unnest(i.indkey::int2[]) with ordinality as key (attnum, position)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum
    where n.nspname = ${catalog.schema} and c.relname = any(${tables}::text[])
      and i.indisunique and i.indexprs is null and key.position <= i.indnkeyatts
    group by i.indexrelid, c.relname, i.indpred, i.indrelid
    having not bool_or(a.attname = 'id')
  `.execute(trx);
  return rows;
}

/**
 * Counts what an undo would give back and what would stay, by reading alone: parents are judged first, and what belongs
 * to one that would stay would stay too.
 */
export async function countTrial(trx: Trx, context: TrialContext): Promise<readonly TrialRows[]> {
  if (context.tables.length === 0) return [];
  const judged = context.tables.map((name) => judgedCte(context, tableOf(context.catalog, name)));
  const counts = context.tables.map(
    (name) => sql`
      select ${name}::text as table_name, type, code, count(*)::int as n from ${judgedName(name)} group by type, code
    `,
  );
  const { rows } = await sql<TrialRows>`
    with ${sql.join(judged)} ${sql.join(counts, sql` union all `)}
  `.execute(trx);
  return rows;
}

/** The same for the links that were cut in one column. */
export async function countTrialLinks(
  trx: Trx,
  context: TrialContext,
  link: { readonly table: string; readonly column: string; readonly references: string },
): Promise<TrialLinks> {
  const table = tableOf(context.catalog, link.table);
  const target = tableOf(context.catalog, link.references);
  const column = sql.id('row', link.column);
  // What would come back itself comes back with the empty link that it was archived with.
  const comesBack = context.tables.includes(table.name)
    ? sql`exists (select from ${judgedName(table.name)} as j where j.id = link.row_id and j.code is null)`
    : sql`false`;
  const judged = context.tables.map((name) => judgedCte(context, tableOf(context.catalog, name)));
  const { rows } = await sql<TrialLinks>`
    with ${sql.join([
      ...judged,
      sql`link as (
        select link.row_id, (
          (row.id is not null and (${column} is null or ${column} = link.target_id) or ${comesBack})
          and ${wouldBeThere(context, target, sql`link.target_id`)}
        ) as is_restorable
        from ${sql.id(context.catalog.archiveSchema, 'detached_link')} as link
        left join ${live(context, table)} as row
          on row.id = link.row_id and ${sql.id('row', table.tenantColumn)} = ${context.organizationId}::uuid
        where link.bulk_delete_id = ${context.bulkDeleteId}::uuid
          and link.table_name = ${link.table} and link.column_name = ${link.column}
      )`,
    ])}
    select count(*) filter (where is_restorable)::int as n_restorable,
           count(*) filter (where not is_restorable)::int as n_conflicts from link
  `.execute(trx);
  return rows[0] ?? { n_restorable: 0, n_conflicts: 0 };
}

/** `judged_…`: the archived rows of a table, each with what would stand in its way. */
function judgedCte(context: TrialContext, table: Table): RawBuilder<unknown> {
  const type = table.typeColumn === undefined ? sql`null::text` : sql.id('row', table.typeColumn);
  const isGone = (onDelete: Relation['onDelete']) => {
    const relations = table.relations.filter((relation) => relation.onDelete === onDelete);
    if (relations.length === 0) return sql`false`;
    return sql.join(
      relations.map((relation) => isMissing(context, table, relation)),
      sql` or `,
    );
  };
  const isTaken = context.uniqueIndexes
    .filter((index) => index.table === table.name)
    .map((index) => isUniqueInUse(context, table, index));
  return sql`${judgedName(table.name)} as materialized (
    select row.id, ${type} as type, case
      when exists (select from ${live(context, table)} as present where present.id = row.id) then 'id_in_use'
      when ${isGone('cascade')} then 'parent_gone'
      when ${isGone('detach')} then 'reference_gone'
      when ${isTaken.length === 0 ? sql`false` : sql.join(isTaken, sql` or `)} then 'unique_value_in_use'
    end as code
    from ${archived(context, table)} as row
    where row.bulk_delete_id = ${context.bulkDeleteId}::uuid
      and ${sql.id('row', table.tenantColumn)} = ${context.organizationId}::uuid
  )`;
}

function isMissing(
  context: TrialContext,
  table: Table,
  { column, references }: Relation,
): RawBuilder<unknown> {
  const value = sql.id('row', column);
  const target = tableOf(context.catalog, references);
  if (references === table.name) {
    // What is there and still to come back is another record of the same id, on which nothing may hang.
    return sql`(${value} is not null and ${isLive(context, target, value)} = exists (
      select from ${archived(context, target)} as other
      where other.id = ${value} and other.bulk_delete_id = ${context.bulkDeleteId}::uuid))`;
  }
  return sql`(${value} is not null and not ${wouldBeThere(context, target, value)})`;
}

/** Whether a record of this id would be there after the undo. */
function wouldBeThere(context: TrialContext, target: Table, id: RawBuilder<unknown>): RawBuilder<unknown> {
  const isPresent = isLive(context, target, id);
  if (!context.tables.includes(target.name)) return isPresent;
  const name = judgedName(target.name);
  return sql`(${id} in (select id from ${name} where code is null)
    or (${id} not in (select id from ${name}) and ${isPresent}))`;
}

function isLive(context: TrialContext, table: Table, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce((select true from ${live(context, table)} as target
    where target.id = ${id} and ${sql.id('target', table.tenantColumn)} = ${context.organizationId}::uuid), false)`;
}

function isUniqueInUse(context: TrialContext, table: Table, { columns, condition }: UniqueIndex) {
  const same = columns.map((column) => sql`${sql.id('other', column)} = ${sql.id('row', column)}`);
  const ofOther = condition === null ? sql`` : sql`and (${sql.raw(condition)})`;
  // The condition names its columns bare: here they are those of the one row that stands alone.
  const ofRow =
    condition === null
      ? sql``
      : sql`and exists (select from (select row.*) as alone where ${sql.raw(condition)})`;
  return sql`(exists (
    select from ${live(context, table)} as other where ${sql.join(same, sql` and `)} ${ofOther}
  ) ${ofRow})`;
}

function judgedName(table: string): RawBuilder<unknown> {
  return sql.id(`judged_${table}`);
}

function live({ catalog }: TrialContext, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.schema, table.name);
}

function archived({ catalog }: TrialContext, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.archiveSchema, table.name);
}
