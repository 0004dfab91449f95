import { SEEDED_TABLES, type SeededTable } from './layout.ts';

/** A UTF-16 unit becomes at most three bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;
const FIRST_SIZE_BYTES = 256 * 1024;

/** The lines of one table, in COPY's text format. */
export interface Lines {
  /** Room for what is to come behind `length`. */
  bytes: Buffer;
  length: number;
  rows: number;
}

export type Sheet = Readonly<Record<SeededTable, Lines>>;

export function createSheet(): Sheet {
  const lines = SEEDED_TABLES.map((table) => [
    table,
    { bytes: Buffer.allocUnsafe(FIRST_SIZE_BYTES), length: 0, rows: 0 },
  ]);
  return Object.fromEntries(lines) as Sheet;
}

/**
 * Adds a line: values between tabs in the order of the layout, `\N` for null, a line feed at the end. Encoded at once: text
 * that grows by `+=` and is encoded at the end takes three times as long (a tree of a million pieces is flattened).
 */
export function addLine(lines: Lines, line: string): void {
  const needed = lines.length + line.length * MAX_BYTES_PER_UNIT;
  if (needed > lines.bytes.length) {
    const larger = Buffer.allocUnsafe(Math.max(needed, lines.bytes.length * 2));
    lines.bytes.copy(larger, 0, 0, lines.length);
    lines.bytes = larger;
  }
  lines.length += lines.bytes.write(line, lines.length);
  lines.rows += 1;
}

/** What has been written so far. */
export function readLines(lines: Lines): Buffer {
  return lines.bytes.subarray(0, lines.length);
}
