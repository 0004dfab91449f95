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
 * of columns, since a column that is not named must get its default. Columns that say when another was last changed
 * (`Field.changeStamp`) get the time of the transaction.
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
    const names = Object.keys(alike[0] ?? {});
    const stamps = stampsOf(objectType, names);
    const columns = sql.join([...names, ...stamps.map(({ stamp }) => stamp)].map((name) => sql.id(name)));
    const values = sql.join([
      ...names.map((name) => sql.id(name)),
      ...stamps.map(({ column }) => sql`case when ${sql.id(column)} is not null then now() end`),
    ]);
    await sql`
      insert into ${live(catalog, table)} (${columns})
      select ${values} from jsonb_populate_recordset(null::${live(catalog, table)}, ${JSON.stringify(alike)}::jsonb)
    `.execute(trx);
  }
}

/**
 * Changes the named columns of one object and leaves the rest, but for columns that say when another was last changed
 * (`Field.changeStamp`).
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
  const names = Object.keys(change.values);
  const assignments = [
    ...names.map((name) => sql`${sql.id(name)} = given.${sql.id(name)}`),
    ...stampsOf(objectType, names).map(stampAssignment),
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

interface ChangeStamp {
  readonly column: string;
  /** The column that says when `column` was last set or became another value. */
  readonly stamp: string;
}

/** Stamps of the columns that are written; one that is written itself is left to the writer. */
function stampsOf({ fields }: ObjectType, written: readonly string[]): readonly ChangeStamp[] {
  return Object.values(fields).flatMap(({ source, changeStamp: stamp }) =>
    source.from === 'column' &&
    stamp !== undefined &&
    written.includes(source.column) &&
    !written.includes(stamp)
      ? [{ column: source.column, stamp }]
      : [],
  );
}

/** Clients send back all that they read: what is written with the value that it has has not changed. */
function stampAssignment({ column, stamp }: ChangeStamp): RawBuilder<unknown> {
  const [was, is] = [sql.id('o', column), sql.id('given', column)];
  return sql`${sql.id(stamp)} = case when ${was} is distinct from ${is} then now() else ${sql.id('o', stamp)} end`;
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
