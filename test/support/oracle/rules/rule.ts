import type { Records } from '../records.ts';
import type { OracleRow } from '../world.ts';

/** What the SQL of a computed field means. */
export interface ComputedRule {
  /** Which of the rows that belong to the object count. */
  readonly keeps?: (row: OracleRow, records: Records) => boolean;
  /** What of such a row is summed up or compared. */
  readonly takes?: (row: OracleRow, records: Records) => unknown;
  /** The whole value, for fields that are no aggregate. */
  readonly value?: (row: OracleRow, records: Records) => unknown;
}

type Key = (row: OracleRow) => readonly string[];

/** The row that comes first when the parts of its key are compared one after the other. */
export function firstBy(rows: readonly OracleRow[], keyOf: Key): OracleRow | undefined {
  return sortBy(rows, keyOf)[0];
}

/** The one that comes last. */
export function lastBy(rows: readonly OracleRow[], keyOf: Key): OracleRow | undefined {
  return sortBy(rows, keyOf).at(-1);
}

function sortBy(rows: readonly OracleRow[], keyOf: Key): readonly OracleRow[] {
  return [...rows].sort((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    const index = left.findIndex((part, at) => part !== right[at]);
    if (index < 0) return 0;
    return String(left[index]) < String(right[index]) ? -1 : 1;
  });
}
