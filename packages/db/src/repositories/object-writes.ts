import { type Catalog, type ObjectType, type Table, tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { JsonObject, JsonValue } from '../tables.ts';
import type { Trx } from '../transaction.ts';

/** Values by column, as JSON: Postgres turns them into the columns' types. */
export type ColumnValues = Readonly<Record<string, JsonValue>>;

export interface NewObject {
  /** Plain UUID, made by the caller so that parts can name their parent before it is written. */
  readonly id: string;
  /** Only the columns that are given; the others get their default. */
  readonly values: ColumnValues;
}

interface WriteScope {
  readonly catalog: Catalog;
  /** UUID of the organization that the rows belong to. */
  readonly tenantId: string;
  readonly objectType: ObjectType;
}

/**
 * Writes new objects of one type, any number of them: rows travel as one JSON parameter, because a statement may
 * not have more than 65,535 parameters and a client decides how many parts an object has. One statement for each set
 * of columns, since a column that is not named must get its default.
 * @throws the database's error for a reference to a row that is not there (23503) or a value that a column refuses.
 */
export async function insertObjects(
  trx: Trx,
  { catalog, tenantId, objectType }: WriteScope,
  objects: readonly NewObject[],
): Promise<void> {
  const table = tableOf(catalog, objectType.table);
  const rows = objects.map(({ id, values }) => ({
    ...values,
    ...typeOf(table, objectType),
    id,
    [table.tenantColumn]: tenantId,
  }));
  for (const alike of groupByColumns(rows)) {
    const columns = sql.join(Object.keys(alike[0] ?? {}).map((name) => sql.id(name)));
    await sql`
      insert into ${live(catalog, table)} (${columns})
      select ${columns} from jsonb_populate_recordset(null::${live(catalog, table)}, ${JSON.stringify(alike)}::jsonb)
    `.execute(trx);
  }
}

/**
 * Changes the named columns of one object and leaves the rest.
 * @param change.custom custom field values to set and to take away, by plain UUID of the field.
 * @param change.touched columns that get the time of the transaction.
 * @returns false when the organization has no such object of this type.
 */
export async function updateObject(
  trx: Trx,
  { catalog, tenantId, objectType }: WriteScope,
  change: {
    readonly id: string;
    readonly values: ColumnValues;
    readonly custom: { readonly set: JsonObject; readonly unset: readonly string[] };
    readonly touched: readonly string[];
  },
): Promise<boolean> {
  const table = tableOf(catalog, objectType.table);
  const assignments = [
    ...Object.keys(change.values).map((name) => sql`${sql.id(name)} = given.${sql.id(name)}`),
    ...change.touched.map((name) => sql`${sql.id(name)} = now()`),
    ...customAssignment(table, change.custom),
  ];
  // Nothing to set still has to say whether the object is there, and lock it for what follows in the transaction.
  if (assignments.length === 0) assignments.push(sql`id = o.id`);
  const { numAffectedRows } = await sql`
    update ${live(catalog, table)} as o set ${sql.join(assignments)}
    from jsonb_populate_record(null::${live(catalog, table)}, ${JSON.stringify(change.values)}::jsonb) as given
    where o.id = ${change.id} and o.${sql.id(table.tenantColumn)} = ${tenantId} ${ofType(table, objectType)}
  `.execute(trx);
  return numAffectedRows === 1n;
}

function customAssignment(
  table: Table,
  { set, unset }: { readonly set: JsonObject; readonly unset: readonly string[] },
): readonly RawBuilder<unknown>[] {
  if (table.customColumn === undefined) return [];
  if (Object.keys(set).length === 0 && unset.length === 0) return [];
  const column = sql.id(table.customColumn);
  return [sql`${column} = (o.${column} - ${unset}::text[]) || ${JSON.stringify(set)}::jsonb`];
}

function typeOf(table: Table, { typeValue }: ObjectType): ColumnValues {
  return table.typeColumn === undefined || typeValue === undefined ? {} : { [table.typeColumn]: typeValue };
}

function ofType(table: Table, { typeValue }: ObjectType): RawBuilder<unknown> {
  return table.typeColumn === undefined || typeValue === undefined
    ? sql``
    : sql`and o.${sql.id(table.typeColumn)} = ${typeValue}`;
}

function groupByColumns(rows: readonly ColumnValues[]): readonly (readonly ColumnValues[])[] {
  const groups = new Map<string, ColumnValues[]>();
  for (const row of rows) {
    const columns = Object.keys(row).sort().join();
    const group = groups.get(columns);
    if (group) group.push(row);
    else groups.set(columns, [row]);
  }
  return [...groups.values()];
}

function live(catalog: Catalog, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.schema, table.name);
}
