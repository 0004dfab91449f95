import type { AggregateSource, Field, FirstSource, ObjectType } from '@winnow/catalog';
import { RULES } from './computed-rules.ts';
import type { Records } from './records.ts';
import type { OracleRow } from './world.ts';

/** `{column}` and nothing else: SQL that needs no reading. */
const BARE_COLUMN = /^\{(\w+)\}$/;

/** Whether the value can be told: from the catalog's description alone, or by a rule written for the field. */
export function isComputed(field: Field, type: ObjectType): boolean {
  const rule = ruleOf(field, type);
  if (rule?.value) return true;
  const { source } = field;
  if (source.from !== 'aggregate') return false;
  const keeps = source.where === undefined || rule?.keeps !== undefined;
  const takes = source.value === undefined || rule?.takes !== undefined || BARE_COLUMN.test(source.value);
  return keeps && takes;
}

/** @throws Error for a field that isComputed says no to. */
export function computedValue(field: Field, type: ObjectType, row: OracleRow, records: Records): unknown {
  const rule = ruleOf(field, type);
  if (rule?.value) return rule.value(row, records);
  const { source } = field;
  if (source.from !== 'aggregate') throw new Error(`the oracle cannot read ${type.name}.${field.name}`);
  const keeps = rule?.keeps ?? (() => true);
  const owned = ownedRows(source, row, records).filter((one) => keeps(one, records));
  if (source.function === 'count') return owned.length;
  const column = BARE_COLUMN.exec(source.value ?? '')?.[1];
  const takes = rule?.takes ?? ((one: OracleRow) => (column === undefined ? null : one[column]));
  const values = owned
    .map((one) => takes(one, records))
    .filter((value) => value !== null && value !== undefined);
  return values.length === 0 ? null : AGGREGATES[source.function](values);
}

const AGGREGATES: Readonly<Record<'sum' | 'avg' | 'min' | 'max', (values: readonly unknown[]) => unknown>> = {
  sum: (values) => values.reduce((total: number, value) => total + Number(value), 0),
  avg: (values) => values.reduce((total: number, value) => total + Number(value), 0) / values.length,
  min: (values) => values.reduce((least, value) => (isLess(value, least) ? value : least)),
  max: (values) => values.reduce((most, value) => (isLess(most, value) ? value : most)),
};

/** Moments of one format, days and numbers. */
function isLess(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  return String(a) < String(b);
}

function ownedRows(
  { table, column, through }: AggregateSource | FirstSource,
  row: OracleRow,
  records: Records,
): readonly OracleRow[] {
  if (!through) return records.pointingAt(table, column, row.id);
  return records
    .pointingAt(through.table, through.column, row.id)
    .flatMap(({ id }) => records.pointingAt(table, column, id));
}

function ruleOf(field: Field, type: ObjectType) {
  const key = `${type.name}.${field.name}`;
  return Object.hasOwn(RULES, key) ? RULES[key] : undefined;
}
