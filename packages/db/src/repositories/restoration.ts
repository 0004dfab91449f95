import type { Catalog, Relation, Table } from '@winnow/catalog';
import { objectTypesIn, tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../transaction.ts';
import type { DeletedRows } from './deletion.ts';
import { givenBackColumns, type RestoredPage, rememberRestored } from './restored-page.ts';

/** A column that is copied back, with the SQL of what stands for nothing in it; null where nothing may stand there. */
export interface RestoredColumn {
  readonly name: string;
  readonly whenAbsent: string | null;
}

/** A page of a bulk delete that is undone, and whose it is: the same for every statement. */
export interface RestorationContext {
  readonly catalog: Catalog;
  readonly organizationId: string;
  readonly bulkDeleteId: string;
  readonly pageNo: number;
  /** Tables of the deletion plan: a record that stays in the archive keeps what belongs to it there too. */
  readonly tables: ReadonlySet<string>;
  readonly columns: Readonly<Record<string, readonly RestoredColumn[]>>;
  /** Only these rows of the table that a statement is about; without them all of the page. */
  readonly only?: readonly string[];
  /** The undo's own page, by which it stays known what came back. */
  readonly restored: RestoredPage;
}

/**
 * Moves the page's rows of one table back whose id is free and that point at nothing which is missing. Foreign keys and
 * unique indexes are checked by Postgres as for any row; what collides stays in the archive. Ids of records that have
 * events are kept in the same statement.
 * @param only this row alone, and then a collision is an error: so the reason is known.
 */
export async function restoreRows(
  trx: Trx,
  context: RestorationContext,
  table: Table,
  only?: string,
): Promise<readonly DeletedRows[]> {
  const columns = context.columns[table.name] ?? [];
  const values = columns.map(({ name, whenAbsent }) =>
    whenAbsent === null ? sql.id('row', name) : sql`coalesce(${sql.id('row', name)}, ${sql.raw(whenAbsent)})`,
  );
  const remembered = rememberRestored(table, context, sql`put_back`);
  const isMeant =
    only === undefined
      ? sql.join(
          [sql`true`, ...table.relations.map((relation) => isThere(context, table, relation))],
          sql` and `,
        )
      : sql`row.id = ${only}::uuid`;
  const chosen = isChosen(context);
  const { rows } = await sql<DeletedRows>`
    with put_back as (
      insert into ${live(context, table)} (${sql.join(columns.map(({ name }) => sql.id(name)))}) overriding system value
      select ${sql.join(values)} from ${archived(context, table)} as row where ${ofPage(context, table)} and ${chosen} and ${isMeant}
      ${only === undefined ? sql`on conflict do nothing` : sql``}
      returning ${givenBackColumns(table, context.restored)}
    ), taken as (
      delete from ${archived(context, table)} as row
      where ${ofPage(context, table)} and ${isIn(sql`row.id`, sql`select id from put_back`)}
    ) ${remembered === undefined ? sql`` : sql`, remembered as (${remembered})`}
    select ${table.name} as table_name, type, count(*)::int as n from put_back group by type
  `.execute(trx);
  return rows;
}

/** A row that is still in the archive, and what stands in its way as far as the catalog can tell. */
export interface LeftRow {
  readonly id: string;
  /** Of the table's type column; null where it has none. */
  readonly type: string | null;
  readonly isIdInUse: boolean;
  readonly missing: { readonly column: string; readonly references: string; readonly id: string } | null;
}

/** The page's rows of one table that are still in the archive, by id. */
export async function listLeftRows(
  trx: Trx,
  context: RestorationContext,
  table: Table,
): Promise<readonly LeftRow[]> {
  const type = table.typeColumn === undefined ? sql`null::text` : sql.id('row', table.typeColumn);
  const missing = table.relations.map(
    (relation) => sql`when not ${isThere(context, table, relation)} then jsonb_build_object(
      'column', ${relation.column}::text, 'references', ${relation.references}::text,
      'id', ${sql.id('row', relation.column)})`,
  );
  const { rows } = await sql<{
    id: string;
    type: string | null;
    is_id_in_use: boolean;
    missing: LeftRow['missing'];
  }>`
    select id, ${type} as type,
           exists (select from ${live(context, table)} as present where present.id = row.id) as is_id_in_use,
           ${missing.length === 0 ? sql`null::jsonb` : sql`case ${sql.join(missing, sql` `)} end`} as missing
    from ${archived(context, table)} as row where ${ofPage(context, table)} and ${isChosen(context)} order by id
  `.execute(trx);
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    isIdInUse: row.is_id_in_use,
    missing: row.missing,
  }));
}

/** A link that was cut when its target was deleted, in a row that stayed. */
export interface DetachedColumn {
  readonly table: string;
  readonly column: string;
}

/** Columns in which a bulk delete cut links, or one page of it. */
export async function listDetachedColumns(
  trx: Trx,
  context: Pick<RestorationContext, 'catalog' | 'bulkDeleteId'> & { readonly pageNo?: number },
): Promise<readonly DetachedColumn[]> {
  const ofPage = context.pageNo === undefined ? sql`` : sql`and page_no = ${context.pageNo}::int`;
  const { rows } = await sql<DetachedColumn>`
    select distinct table_name as "table", column_name as "column" from ${detachedLinks(context)}
    where bulk_delete_id = ${context.bulkDeleteId}::uuid ${ofPage} order by 1, 2
  `.execute(trx);
  return rows;
}

/**
 * Sets the page's links in one column again, where the row is still there, its link is still empty (or the same again)
 * and the target is there.
 * @param only the link of this row alone.
 * @returns how many.
 */
export async function restoreLinks(
  trx: Trx,
  context: RestorationContext,
  relation: DetachedColumn & { readonly references: string },
  only?: string,
): Promise<number> {
  const table = tableOf(context.catalog, relation.table);
  const column = sql.id(relation.column);
  const isMeant = only === undefined ? sql`true` : sql`link.row_id = ${only}::uuid`;
  const { rows } = await sql<{ n: number }>`
    with set_again as (
      update ${live(context, table)} as row set ${column} = link.target_id
      from ${detachedLinks(context)} as link
      where ${linkOfPage(context)} and ${linkInColumn(relation)} and ${isMeant}
        and row.id = link.row_id and ${ofTenant(context, table, 'row')}
        and (row.${column} is null or row.${column} = link.target_id)
        and ${isBack(context, relation.references, sql`link.target_id`)}
      returning row.id
    ), taken as (
      delete from ${detachedLinks(context)} as link
      where ${linkOfPage(context)} and ${linkInColumn(relation)}
        and ${isIn(sql`link.row_id`, sql`select id from set_again`)}
    )
    select count(*)::int as n from set_again
  `.execute(trx);
  return rows[0]?.n ?? 0;
}

/** A link that is still cut, and why. */
export interface LeftLink {
  readonly row_id: string;
  readonly target_id: string;
  /** Of the row's type column; null where its table has none, or the row is gone. */
  readonly type: string | null;
  readonly is_row_there: boolean;
  readonly is_taken: boolean;
}

/** The page's links of one column that are still in the archive. */
export async function listLeftLinks(
  trx: Trx,
  context: RestorationContext,
  { table: name, column }: DetachedColumn,
): Promise<readonly LeftLink[]> {
  const table = tableOf(context.catalog, name);
  const type = table.typeColumn === undefined ? sql`null::text` : sql.id('row', table.typeColumn);
  const { rows } = await sql<LeftLink>`
    select distinct on (link.row_id) link.row_id, link.target_id, ${type} as type, row.id is not null as is_row_there,
           row.${sql.id(column)} is not null as is_taken
    from ${detachedLinks(context)} as link
    left join ${live(context, table)} as row on row.id = link.row_id and ${ofTenant(context, table, 'row')}
    where ${linkOfPage(context)} and ${linkInColumn({ table: name, column })}
    order by link.row_id
  `.execute(trx);
  return rows;
}

/** Whether the archive still holds a cut link of the bulk delete. */
export async function hasLeftLinks(trx: Trx, catalog: Catalog, bulkDeleteId: string): Promise<boolean> {
  const { rows } = await sql`
    select from ${sql.id(catalog.archiveSchema, 'detached_link')} where bulk_delete_id = ${bulkDeleteId} limit 1
  `.execute(trx);
  return rows.length > 0;
}

/**
 * The first of the page's rows of one table that this undo has still to deal with: in the archive, and no conflict.
 * @param limit null: all of them.
 */
export async function listUntriedIds(
  trx: Trx,
  context: RestorationContext,
  table: Table,
  { undoId, limit }: { readonly undoId: string; readonly limit: number | null },
): Promise<readonly string[]> {
  const names = [table.name, ...objectTypesIn(context.catalog, table.name).map(({ name }) => name)];
  const { rows } = await sql<{ id: string }>`
    select id from ${archived(context, table)} as row
    where ${ofPage(context, table)} and not exists (
      select from bulk_undo_conflict as known
      where known.bulk_undo_id = ${undoId}::uuid and known.object_type = any(${names}::text[])
        and known.object_id = row.id and known.link = ''
    )
    order by id limit ${limit}
  `.execute(trx);
  return rows.map(({ id }) => id);
}

/** Whether what a row's column points at is there, and is not a record of the page that could not come back itself. */
function isThere(
  context: RestorationContext,
  table: Table,
  { column, references }: Relation,
): RawBuilder<unknown> {
  const value = sql.id('row', column);
  // A table that points at itself comes back in one statement, at whose end Postgres checks the links. What is there and
  // still to come back is another record of the same id, on which nothing may hang.
  if (references === table.name) {
    return sql`(${value} is null or ${isPresent(context, references, value)} <> ${isIn(value, leftIds(context, references))})`;
  }
  return sql`(${value} is null or ${isBack(context, references, value)})`;
}

/** Whether a record of this id is there, and is not just another one of the same id: the page's own is then left. */
function isBack(context: RestorationContext, name: string, id: RawBuilder<unknown>): RawBuilder<unknown> {
  const present = isPresent(context, name, id);
  return context.tables.has(name) ? sql`(${present} and ${id} not in (${leftIds(context, name)}))` : present;
}

function leftIds(context: RestorationContext, name: string): RawBuilder<unknown> {
  const table = tableOf(context.catalog, name);
  return sql`select id from ${archived(context, table)} as row where ${ofPage(context, table)}`;
}

/** As a value and not `exists`: so the planner looks each up by the primary key, however few rows it believes in. */
function isPresent(context: RestorationContext, name: string, id: RawBuilder<unknown>): RawBuilder<unknown> {
  const table = tableOf(context.catalog, name);
  return sql`coalesce((
    select true from ${live(context, table)} as target where target.id = ${id} and ${ofTenant(context, table, 'target')}
  ), false)`;
}

/** A condition that is no join: a set that the planner takes for a single row would be walked once for every row. */
function isIn(value: RawBuilder<unknown>, ids: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce(${value} in (${ids}), false)`;
}

function isChosen({ only }: RestorationContext): RawBuilder<unknown> {
  return only === undefined ? sql`true` : sql`row.id = any(${only}::uuid[])`;
}

function live({ catalog }: RestorationContext, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.schema, table.name);
}

function archived({ catalog }: RestorationContext, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.archiveSchema, table.name);
}

function detachedLinks({ catalog }: Pick<RestorationContext, 'catalog'>): RawBuilder<unknown> {
  return sql.id(catalog.archiveSchema, 'detached_link');
}

function ofPage(context: RestorationContext, table: Table): RawBuilder<unknown> {
  return sql`row.bulk_delete_id = ${context.bulkDeleteId}::uuid and row.page_no = ${context.pageNo}::int
    and ${ofTenant(context, table, 'row')}`;
}

/** Links have no column of the organization: the bulk delete is the organization's, and so is the row. */
function linkOfPage({ bulkDeleteId, pageNo }: RestorationContext): RawBuilder<unknown> {
  return sql`link.bulk_delete_id = ${bulkDeleteId}::uuid and link.page_no = ${pageNo}::int`;
}

function linkInColumn({ table, column }: DetachedColumn): RawBuilder<unknown> {
  return sql`link.table_name = ${table} and link.column_name = ${column}`;
}

function ofTenant({ organizationId }: RestorationContext, table: Table, alias: string): RawBuilder<unknown> {
  return sql`${sql.id(alias, table.tenantColumn)} = ${organizationId}::uuid`;
}
