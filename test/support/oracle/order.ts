import { type ObjectType, objectTypeOf } from '@winnow/catalog';
import type { FieldRef } from '@winnow/query';
import { parseInstant } from './calendar.ts';
import type { Oracle } from './evaluate.ts';
import { type ReadableField, readField } from './fields.ts';
import type { OracleRow, World } from './world.ts';

export interface OracleSort {
  readonly direction: 'asc' | 'desc';
  readonly field: FieldRef;
}

/** Rows by one field after the other, those without a value last in both directions, ties by id. */
export function orderRows(
  rows: readonly OracleRow[],
  sort: readonly OracleSort[],
  {
    oracle,
    world,
    objectType,
  }: { readonly oracle: Oracle; readonly world: World; readonly objectType: string },
): readonly OracleRow[] {
  const type: ObjectType = objectTypeOf(world.catalog, objectType);
  const keys = sort.map(({ direction, field }) => ({
    sign: direction === 'asc' ? 1 : -1,
    field: readField(field, type, world, oracle.records),
  }));
  return [...rows].sort((a, b) => {
    for (const { sign, field } of keys) {
      const [left, right] = [keyOf(a, field), keyOf(b, field)];
      if (left === null && right === null) continue;
      if (left === null) return 1;
      if (right === null) return -1;
      if (left !== right) return left < right ? -sign : sign;
    }
    return a.id < b.id ? -1 : 1;
  });
}

/** Something that JavaScript compares as it should; null where there is no value of the field's kind. */
function keyOf(row: OracleRow, field: ReadableField): number | bigint | string | null {
  const value = field.read(row);
  switch (field.kind) {
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : null;
    case 'moment':
      return typeof value === 'string' ? parseInstant(value) : null;
    case 'date':
      return typeof value === 'string' ? value : null;
    default:
      throw new Error(`the oracle does not sort by ${field.kind}`);
  }
}
