/** What a benchmark finds: rows for the table, and whether its targets are met. */
export interface BenchReport {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly notes: readonly string[];
  readonly passed: boolean;
}
