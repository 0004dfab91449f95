import {
  type Catalog,
  type Field,
  type ObjectType,
  objectTypesIn,
  type Table,
  tableOf,
} from '@winnow/catalog';
import { fieldValue } from '@winnow/query';
import { type RawBuilder, sql } from 'kysely';
import type { JsonObject } from '../tables.ts';

/** A row of a catalog's table as the wire needs it. */
export interface ObjectRow {
  /** Plain UUID. */
  readonly id: string;
  /** Which of the types that share the table it is. */
  readonly objectType: ObjectType;
  /** By wire name: what Postgres gave for each field that was asked for. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Custom field values by plain UUID of the field; empty where the table has none. */
  readonly custom: JsonObject;
  /** The UUID that the row's parent column holds, for rows that were read as parts of a parent. */
  readonly parentId: string | null;
}

/** The alias of the row in every statement that reads objects. */
export const ROW = 'o';

/** Which fields are read. Fields that are not named cost nothing: neither bytes nor subqueries. */
export type FieldFilter = (field: Field) => boolean;

interface SelectList {
  readonly expressions: RawBuilder<unknown>;
  readonly read: (row: Readonly<Record<string, unknown>>) => ObjectRow;
}

/**
 * The select list for rows of object types that share one table. Fields of several types that come from the same
 * place are read once.
 * @param parentColumn a column whose value becomes `parentId`.
 */
export function selectObjects(
  catalog: Catalog,
  types: readonly ObjectType[],
  wanted: FieldFilter,
  parentColumn?: string,
): SelectList {
  const table = tableOfTypes(catalog, types);
  // Aliases are ours (`v0`, `v1`, …): a wire name may be longer than the 63 bytes that Postgres keeps of a name.
  const aliases = new Map<string, string>();
  const expressions: RawBuilder<unknown>[] = [sql`${column('id')} as id`];
  for (const field of types.flatMap((type) => Object.values(type.fields)).filter(wanted)) {
    const key = JSON.stringify(field.source);
    if (aliases.has(key) || field.source.from === 'constant') continue;
    const alias = `v${aliases.size}`;
    aliases.set(key, alias);
    expressions.push(sql`${selectValue(catalog, table, field)} as ${sql.id(alias)}`);
  }
  if (table.typeColumn !== undefined) expressions.push(sql`${column(table.typeColumn)} as type`);
  if (table.customColumn !== undefined) expressions.push(sql`${column(table.customColumn)} as custom`);
  if (parentColumn !== undefined) expressions.push(sql`${column(parentColumn)} as parent`);
  return {
    expressions: sql.join(expressions),
    read: (row) => {
      const objectType = typeOfRow(types, row.type);
      const values: Record<string, unknown> = {};
      for (const field of Object.values(objectType.fields).filter(wanted)) {
        values[field.name] =
          field.source.from === 'constant'
            ? field.source.value
            : row[aliases.get(JSON.stringify(field.source)) ?? ''];
      }
      return {
        id: String(row.id),
        objectType,
        values,
        custom: (row.custom ?? {}) as JsonObject,
        parentId: typeof row.parent === 'string' ? row.parent : null,
      };
    },
  };
}

/** The table that all of these types live in. Throws when they do not: a programming error. */
export function tableOfTypes(catalog: Catalog, types: readonly ObjectType[]): Table {
  const [first, ...rest] = types;
  if (!first || rest.some((type) => type.table !== first.table)) {
    throw new Error('object types that are read together must share one table');
  }
  return tableOf(catalog, first.table);
}

/** `and type = any(…)` where not every type of the table is meant; nothing where the type is the whole table. */
export function ofTypes(
  catalog: Catalog,
  table: Table,
  types: readonly ObjectType[],
  alias: string,
): RawBuilder<unknown> {
  if (table.typeColumn === undefined || types.some((type) => type.typeValue === undefined)) return sql``;
  // All types of the catalog, not all rows: a row of a type that the catalog does not know must not be read.
  const known = types.length > 0 ? types : objectTypesIn(catalog, table.name);
  return sql`and ${sql.id(alias, table.typeColumn)} = any(${known.map((type) => type.typeValue)}::text[])`;
}

function typeOfRow(types: readonly ObjectType[], typeValue: unknown): ObjectType {
  const type = types.find(
    (candidate) => candidate.typeValue === undefined || candidate.typeValue === typeValue,
  );
  if (!type) throw new Error(`a row of type ${String(typeValue)} was read that was not asked for`);
  return type;
}

/** A field's value, read from a row whose alias is `ROW`. */
export function selectValue(catalog: Catalog, table: Table, { source }: Field): RawBuilder<unknown> {
  return fieldValue(source, { catalog, alias: ROW, tenant: column(table.tenantColumn) });
}

function column(name: string): RawBuilder<unknown> {
  return sql.id(ROW, name);
}
