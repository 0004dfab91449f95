export { type ImportOptions, type ImportReport, importCsv } from './import/import-csv.ts';
export type { ImportSpec } from './import/spec.ts';
