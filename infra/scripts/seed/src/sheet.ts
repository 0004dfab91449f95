import type { IdSequence } from './id-sequence.ts';
import { SEEDED_TABLES, type SeededTable } from './layout.ts';
import { RowWriter } from './row-writer.ts';

/** The rows of each table, as they grow. */
export type Sheet = Readonly<Record<SeededTable, RowWriter>>;

export function createSheet(ids: IdSequence): Sheet {
  return Object.fromEntries(SEEDED_TABLES.map((table) => [table, new RowWriter(ids)])) as Sheet;
}
