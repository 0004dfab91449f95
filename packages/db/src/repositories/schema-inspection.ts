import type { Catalog } from '@winnow/catalog';
import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';

/** A foreign key as the database has it, without the tenant column. */
export interface ForeignKey {
  readonly oid: number;
  readonly name: string;
  readonly table: string;
  /** Qualified by its schema where that is not the catalog's. */
  readonly column: string;
  readonly references: string;
  /** Whether an index begins with `column`. */
  readonly isIndexed: boolean;
}

/** What the database really looks like, for the tables of a catalog. */
export interface SchemaInspection {
  readonly oids: Readonly<Record<string, number>>;
  /** Live columns, in order, generated ones left out: what the archive copies. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Columns of the archive's table of the same name; absent where there is no such table. */
  readonly archiveColumns: Readonly<Record<string, readonly string[]>>;
  /** Oids of the archive's tables of the same names. */
  readonly archiveOids: Readonly<Record<string, number>>;
  /** Types as SQL writes them, by table and column. */
  readonly types: ColumnTypes;
  readonly archiveTypes: ColumnTypes;
  /** Columns that may not be null, by table. */
  readonly required: Readonly<Record<string, readonly string[]>>;
  readonly archiveRequired: Readonly<Record<string, readonly string[]>>;
  /** Tables of the archive that are partitioned and have no partition for what is archived now. */
  readonly unpartitioned: readonly string[];
  /** Whether the archive has its table of cut links. */
  readonly hasDetachedLinks: boolean;
  readonly foreignKeys: readonly ForeignKey[];
  /** Tables that have triggers of a user. */
  readonly tablesWithTriggers: readonly string[];
  /** Whether this role may switch triggers off for a transaction. */
  readonly mayTurnOffTriggers: boolean;
}

/** By table, by column: `text`, `numeric(10,2)`, … */
export type ColumnTypes = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Reads the system catalogs. Everything in one statement a kind, for all tables of the catalog. */
export async function inspectSchema(db: Db | Trx, catalog: Catalog): Promise<SchemaInspection> {
  const names = Object.keys(catalog.tables);
  const live = await readColumns(db, catalog.schema, names);
  const archived = await readColumns(db, catalog.archiveSchema, names);
  return {
    oids: live.oids,
    columns: live.columns,
    archiveColumns: archived.columns,
    archiveOids: archived.oids,
    types: live.types,
    archiveTypes: archived.types,
    required: live.required,
    archiveRequired: archived.required,
    unpartitioned: await readUnpartitioned(db, catalog),
    hasDetachedLinks: await hasTable(db, catalog.archiveSchema, 'detached_link'),
    foreignKeys: await readForeignKeys(db, catalog),
    tablesWithTriggers: await readTablesWithTriggers(db, Object.values(live.oids)),
    mayTurnOffTriggers: await readMayTurnOffTriggers(db),
  };
}

async function readColumns(
  db: Db | Trx,
  schema: string,
  tables: readonly string[],
): Promise<Pick<SchemaInspection, 'oids' | 'columns' | 'types' | 'required'>> {
  const { rows } = await sql<{
    name: string;
    oid: number;
    columns: string[];
    types: Record<string, string>;
    required: string[] | null;
  }>`
    select c.relname as name, c.oid::int8 as oid,
           array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '') as columns,
           jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)) as types,
           array_agg(a.attname::text order by a.attnum) filter (where a.attnotnull) as required
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = ${schema} and c.relname = any(${tables}::text[]) and c.relkind in ('r', 'p')
    group by c.oid, c.relname
  `.execute(db);
  return {
    oids: Object.fromEntries(rows.map(({ name, oid }) => [name, oid])),
    columns: Object.fromEntries(rows.map(({ name, columns }) => [name, columns])),
    types: Object.fromEntries(rows.map(({ name, types }) => [name, types])),
    required: Object.fromEntries(rows.map(({ name, required }) => [name, required ?? []])),
  };
}

async function readUnpartitioned(db: Db | Trx, catalog: Catalog): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${catalog.archiveSchema} and c.relkind = 'p' and not exists (
      select from archive_partition p
      where p.schema_name = n.nspname and p.table_name = c.relname
        and p.from_id <= archive_id_at(now()) and p.to_id > archive_id_at(now())
    )
    order by 1
  `.execute(db);
  return rows.map(({ name }) => name);
}

async function hasTable(db: Db | Trx, schema: string, name: string): Promise<boolean> {
  const { rows } = await sql`
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relname = ${name} and c.relkind in ('r', 'p')
  `.execute(db);
  return rows.length > 0;
}

async function readForeignKeys(db: Db | Trx, catalog: Catalog): Promise<readonly ForeignKey[]> {
  const tenantColumns = [...new Set(Object.values(catalog.tables).map((table) => table.tenantColumn))];
  const { rows } = await sql<{
    oid: number;
    name: string;
    schema: string;
    table: string;
    column: string;
    references: string;
    is_indexed: boolean;
  }>`
    select con.oid::int8 as oid, con.conname as name, from_schema.nspname as schema, from_table.relname as "table",
           key_column.name as "column", to_table.relname as "references",
           exists (
             select from pg_index i
             join pg_attribute first on first.attrelid = i.indrelid and first.attnum = i.indkey[0]
             where i.indrelid = con.conrelid and i.indisvalid and first.attname = any(key_column.names)
           ) as is_indexed
    from pg_constraint con
    join pg_class from_table on from_table.oid = con.conrelid
    join pg_namespace from_schema on from_schema.oid = from_table.relnamespace
    join pg_class to_table on to_table.oid = con.confrelid
    join pg_namespace to_schema on to_schema.oid = to_table.relnamespace
    cross join lateral (
      select string_agg(a.attname::text, ', ' order by key.position) as name,
             array_agg(a.attname::text) as names
      from unnest(con.conkey) with ordinality as key (attnum, position)
      join pg_attribute a on a.attrelid = con.conrelid and a.attnum = key.attnum
      where cardinality(con.conkey) = 1 or a.attname <> all(${tenantColumns}::text[])
    ) as key_column
    where con.contype = 'f' and con.conparentid = 0
      and to_schema.nspname = ${catalog.schema} and to_table.relname = any(${Object.keys(catalog.tables)}::text[])
    order by from_table.relname, con.conname
  `.execute(db);
  return rows.map((row) => ({
    oid: row.oid,
    name: row.name,
    table: row.schema === catalog.schema ? row.table : `${row.schema}.${row.table}`,
    column: row.column,
    references: row.references,
    isIndexed: row.is_indexed,
  }));
}

async function readTablesWithTriggers(db: Db | Trx, oids: readonly number[]): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct c.relname as name
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where t.tgrelid = any(${oids}::int8[]::oid[]) and not t.tgisinternal and t.tgenabled = 'O'
    order by 1
  `.execute(db);
  return rows.map(({ name }) => name);
}

async function readMayTurnOffTriggers(db: Db | Trx): Promise<boolean> {
  const { rows } = await sql<{ allowed: boolean }>`
    select has_parameter_privilege('session_replication_role', 'set') as allowed
  `.execute(db);
  return rows[0]?.allowed ?? false;
}

/** What must not have changed since an inspection for a page to rely on it. */
export interface InspectionGuard {
  /** Tables that pages touch, live and archived, by oid: a table made anew is another table. */
  readonly oids: readonly number[];
  /** Foreign keys that the plan deals with; any other one pointing at these tables is an outsider. */
  readonly coveredForeignKeys: readonly number[];
}

export interface GuardReading {
  /** Of all columns of the tables: another one when a column has come, gone, or got another name, type or rule. */
  readonly columns: string;
  readonly hasUserTrigger: boolean;
  readonly hasUncoveredForeignKey: boolean;
}

/** Reads, within the page's transaction, what an earlier inspection relied on. One short statement. */
export async function readGuard(trx: Db | Trx, guard: InspectionGuard): Promise<GuardReading> {
  const oids = sql`${guard.oids}::int8[]::oid[]`;
  const { rows } = await sql<{
    columns: string;
    has_trigger: boolean;
    has_foreign_key: boolean;
  }>`
    select (
             select coalesce(sum(hashtextextended(
               concat_ws(' ', attrelid, attname, atttypid, atttypmod, attnotnull, attgenerated), 0)), 0)::text
             from pg_attribute where attrelid = any(${oids}) and attnum > 0 and not attisdropped
           ) as columns,
           exists (
             select from pg_trigger where tgrelid = any(${oids}) and not tgisinternal and tgenabled = 'O'
           ) as has_trigger,
           exists (
             select from pg_constraint
             where contype = 'f' and conparentid = 0 and confrelid = any(${oids})
               and oid <> all(${guard.coveredForeignKeys}::int8[]::oid[])
           ) as has_foreign_key
  `.execute(trx);
  const row = rows[0];
  if (!row) throw new Error('the system catalogs answered nothing');
  return {
    columns: row.columns,
    hasUserTrigger: row.has_trigger,
    hasUncoveredForeignKey: row.has_foreign_key,
  };
}
