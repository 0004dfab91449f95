import { type Catalog, type FieldSource, type OwnedRows, splitExpression, tableOf } from '@winnow/catalog';
import { type RawBuilder, type SqlBool, sql } from 'kysely';

type Sql = RawBuilder<unknown>;
type Source<F extends FieldSource['from']> = FieldSource & { readonly from: F };

/** A row that fields are read from. */
export interface SourceRow {
  readonly catalog: Catalog;
  readonly alias: string;
  /** The row's id as SQL, where it is not the column of this alias. */
  readonly id?: Sql;
  /** The row's organization as SQL; every further table that a field reads is bound to it. */
  readonly tenant: Sql;
}

/** Alias of the row that a lookup or a computed field reads; nothing is nested inside it. */
const ROW = 'v';
/** Alias of a row between it and the object. */
const BETWEEN = 'w';

/**
 * A field's value as one scalar expression, null where there is none. The one place where the sources of a catalog
 * become SQL: what is shown and what is searched cannot differ.
 */
export function fieldValue(source: FieldSource, row: SourceRow): Sql {
  switch (source.from) {
    case 'column':
      return sql.id(row.alias, source.column);
    case 'lookup':
      return sql`(select ${lookedUpColumn(source)} from ${lookedUpRow(source, row)})`;
    case 'aggregate':
      return sql`(select ${aggregated(source)} from ${ownedRows(source, row)})`;
    case 'first':
      return sql`(select ${ownedValue(source.value)} from ${ownedRows(source, row)} order by ${ownedValue(source.orderBy)} limit 1)`;
    case 'expression':
      return fillColumns(source.sql, row.alias);
    case 'constant':
      return sql`null`;
  }
}

/** The `from` and `where` of the row that a lookup reads. */
export function lookedUpRow({ table, via }: Source<'lookup'>, row: SourceRow): Sql {
  return sql`${tableAs(table, ROW, row)} where ${isOfTenant(table, ROW, row)} and ${sql.id(ROW, 'id')} = ${sql.id(row.alias, via)}`;
}

/** The column that a lookup reads, of its row. */
export function lookedUpColumn({ column }: Source<'lookup'>): Sql {
  return sql.id(ROW, column);
}

/** The `from` and `where` of the rows that belong to an object. */
export function ownedRows({ table, column, through, where }: OwnedRows, row: SourceRow): Sql {
  const own = sql`${isOfTenant(table, ROW, row)} and ${sql.id(ROW, column)}`;
  const id = row.id ?? sql.id(row.alias, 'id');
  const condition = where === undefined ? sql`` : sql` and (${ownedValue(where)})`;
  if (through === undefined) return sql`${tableAs(table, ROW, row)} where ${own} = ${id}${condition}`;
  return sql`${tableAs(table, ROW, row)}, ${tableAs(through.table, BETWEEN, row)} where ${own} = ${sql.id(BETWEEN, 'id')} and ${isOfTenant(through.table, BETWEEN, row)} and ${sql.id(BETWEEN, through.column)} = ${id}${condition}`;
}

/** The catalog's SQL over the columns of a row that belongs to an object. */
export function ownedValue(text: string): Sql {
  return fillColumns(text, ROW);
}

function aggregated({ function: name, value }: Source<'aggregate'>): Sql {
  if (name === 'count') return sql`count(*)`;
  return sql`${sql.raw(name)}(${ownedValue(value ?? '')})`;
}

function fillColumns(text: string, alias: string): Sql {
  const { texts, columns } = splitExpression(text);
  return sql.join(
    texts.flatMap((part, index) => {
      const name = columns[index];
      return name === undefined ? [sql.raw(part)] : [sql.raw(part), sql.id(alias, name)];
    }),
    sql``,
  );
}

function tableAs(table: string, alias: string, { catalog }: SourceRow): Sql {
  return sql`${sql.id(catalog.schema, tableOf(catalog, table).name)} as ${sql.id(alias)}`;
}

function isOfTenant(table: string, alias: string, { catalog, tenant }: SourceRow): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.id(alias, tableOf(catalog, table).tenantColumn)} = ${tenant}`;
}
