import { type Catalog, type ObjectType, objectTypeOf, tableOf } from '@winnow/catalog';
import type { Records } from './records.ts';
import type { OracleRow } from './world.ts';

/** Two object types of a query, and the records that they are looked up in. */
interface Pair {
  readonly catalog: Catalog;
  readonly type: ObjectType;
  readonly related: ObjectType;
}

/**
 * Objects of type `related` that a row of `type` is related to: by the one link of the schema between their tables,
 * in either direction; else, where one of them is a part of another object, by what that is linked to.
 */
export function relatedRows(row: OracleRow, records: Records, pair: Pair): readonly OracleRow[] {
  const { catalog, related } = pair;
  const rows = follow(row, records, pair) ?? followOverOwner(row, records, pair);
  return rows.filter((other) => isOfType(catalog, other, related));
}

/** Whether a query may ask objects of the one type for objects of the other. */
export function areRelated(pair: Pair): boolean {
  return areLinked(pair) || ownersBetween(pair).length > 0;
}

/** Whether a row of a table that several types share is of this one. */
export function isOfType(catalog: Catalog, row: OracleRow, type: ObjectType): boolean {
  const { typeColumn } = tableOf(catalog, type.table);
  return typeColumn === undefined || type.typeValue === undefined || row[typeColumn] === type.typeValue;
}

function followOverOwner(row: OracleRow, records: Records, pair: Pair): readonly OracleRow[] {
  const { catalog, type, related } = pair;
  const [owner] = ownersBetween(pair);
  if (!owner) throw new Error(`${type.name} and ${related.name} are not related`);
  const owners = follow(row, records, { catalog, type, related: owner }) ?? [];
  return owners.flatMap((one) => follow(one, records, { catalog, type: owner, related }) ?? []);
}

/** The owner of the one or of the other, if it is linked to both. */
function ownersBetween({ catalog, type, related }: Pair): readonly ObjectType[] {
  if (type === related) return [];
  return [...new Set([related.partOf, type.partOf])]
    .flatMap((name) => (name === undefined ? [] : [objectTypeOf(catalog, name)]))
    .filter(
      (owner) => areLinked({ catalog, type, related: owner }) && areLinked({ catalog, type: owner, related }),
    );
}

/** Undefined where no link joins the two tables. */
function follow(
  row: OracleRow,
  records: Records,
  { catalog, type, related }: Pair,
): readonly OracleRow[] | undefined {
  const down = linkColumn(catalog, related.table, type.table);
  if (down !== undefined) return records.pointingAt(related.table, down, row.id);
  const up = linkColumn(catalog, type.table, related.table);
  if (up === undefined) return undefined;
  const target = records.byId(related.table, row[up]);
  return target ? [target] : [];
}

function areLinked({ catalog, type, related }: Pair): boolean {
  const columns = [
    linkColumn(catalog, type.table, related.table),
    linkColumn(catalog, related.table, type.table),
  ];
  return columns.some((column) => column !== undefined);
}

function linkColumn(catalog: Catalog, from: string, to: string): string | undefined {
  return tableOf(catalog, from).relations.find(({ references }) => references === to)?.column;
}
