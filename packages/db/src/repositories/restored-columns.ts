import type { Catalog } from '@winnow/catalog';
import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';

/** A column of a live table or of its mirror. */
export interface TableColumn {
  readonly name: string;
  /** As SQL writes it: `numeric(10,2)`. */
  readonly type: string;
  readonly not_null: boolean;
  /** Worked out by Postgres from other columns: it cannot be written. */
  readonly generated: boolean;
  /** SQL of the column's default; null without one. */
  readonly default: string | null;
}

/** The columns of the tables that an undo writes to and reads from, as they are now. A table that is missing has none. */
export interface RestoringColumns {
  readonly live: Readonly<Record<string, readonly TableColumn[]>>;
  readonly archive: Readonly<Record<string, readonly TableColumn[]>>;
}

/** Reads them. One statement, short enough for every page: two answers are equal when no table has changed. */
export async function readRestoringColumns(
  db: Db | Trx,
  catalog: Catalog,
  tables: readonly string[],
): Promise<RestoringColumns> {
  const { rows } = await sql<{ schema: string; table: string; columns: TableColumn[] }>`
    select n.nspname as schema, c.relname as "table",
           jsonb_agg(jsonb_build_object(
             'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'not_null', a.attnotnull, 'generated', a.attgenerated <> '',
             'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end
           ) order by a.attnum) as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where n.nspname in (${catalog.schema}, ${catalog.archiveSchema}) and c.relname = any(${tables}::text[])
      and c.relkind in ('r', 'p')
    group by n.nspname, c.relname
    order by n.nspname, c.relname
  `.execute(db);
  const of = (schema: string) =>
    Object.fromEntries(
      rows.filter((row) => row.schema === schema).map(({ table, columns }) => [table, columns]),
    );
  return { live: of(catalog.schema), archive: of(catalog.archiveSchema) };
}

/**
 * Has unique constraints that are deferrable checked with each statement of the transaction: at its end they would fail
 * the whole page instead of the one record.
 */
export async function checkUniquenessAtOnce(
  trx: Trx,
  catalog: Catalog,
  tables: readonly string[],
): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select con.conname as name from pg_constraint con
    join pg_class c on c.oid = con.conrelid join pg_namespace n on n.oid = c.relnamespace
    where con.condeferrable and con.contype in ('u', 'x')
      and n.nspname = ${catalog.schema} and c.relname = any(${tables}::text[])
  `.execute(trx);
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => sql.id(catalog.schema, name));
  await sql`set constraints ${sql.join(names)} immediate`.execute(trx);
}

/** Whether the archive has rows of the bulk delete in this table; with a column, rows that hold something in it. */
export async function hasArchivedRows(
  db: Db | Trx,
  catalog: Catalog,
  ask: { readonly bulkDeleteId: string; readonly table: string; readonly column?: TableColumn },
): Promise<boolean> {
  const { column } = ask;
  // What the mirror put in by itself was never a value of the record. As text: not every type can be compared.
  const holds =
    column === undefined
      ? sql``
      : sql`and ${sql.id(column.name)} is not null
            and ${sql.id(column.name)}::text is distinct from (${sql.raw(column.default ?? 'null')})::text`;
  const { rows } = await sql`
    select from ${sql.id(catalog.archiveSchema, ask.table)} where bulk_delete_id = ${ask.bulkDeleteId} ${holds} limit 1
  `.execute(db);
  return rows.length > 0;
}
