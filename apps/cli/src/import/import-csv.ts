import type { Catalog } from '@winnow/catalog';
import type { Db, Trx } from '@winnow/db';
import { CommandFailure } from '../command-failure.ts';
import { buildPlan } from './build-plan.ts';
import { type Draft, draftRow } from './draft-row.ts';
import { readHeader } from './header.ts';
import { createLinkResolver } from './links.ts';
import type { ImportPlan } from './plan.ts';
import { type CsvFormat, type CsvRow, readCsv } from './read-csv.ts';
import { createRejectList, type Reject, type RejectList } from './rejects.ts';
import type { ImportSpec } from './spec.ts';
import { writeBatch } from './write-batch.ts';

const ROWS_PER_BATCH = 1000;
/** A file of the wrong kind is bad on every line; nobody reads more of it than this. */
const ENOUGH_REJECTS = 100;
const KEPT_REJECTS = 20;

export interface ImportOptions {
  readonly catalog: Catalog;
  /** Plain UUIDs. */
  readonly organizationId: string;
  readonly userId: string;
  readonly file: string;
  readonly format: CsvFormat;
  readonly spec: ImportSpec;
  /** Takes the good rows although there are bad ones. */
  readonly skipBad: boolean;
  /** Told of each reason that a row was not taken for. */
  readonly onReject?: (reject: Reject) => void;
  /** Called after each batch with the rows read so far. */
  readonly onProgress?: (rows: number) => void;
}

export interface ImportReport {
  /** For people: what one row is. */
  readonly label: { readonly one: string; readonly many: string };
  readonly rowsRead: number;
  /** Rows that are in the tables now: 0 when nothing was committed. */
  readonly imported: number;
  readonly rejectedRows: number;
  /** The first reasons. */
  readonly rejects: readonly Reject[];
  /** Reading ended early because there were too many bad rows. */
  readonly gaveUp: boolean;
  /** What was created because the data named it. */
  readonly created: readonly string[];
  readonly committed: boolean;
  readonly seconds: number;
}

/** Ends the transaction of an import whose file is bad; never leaves this file. */
class Undone extends Error {
  readonly report: ImportReport;

  constructor(report: ImportReport) {
    super('the import was undone');
    this.report = report;
  }
}

/**
 * Reads a CSV file into the tables, in one transaction: a bad row undoes all of it, unless bad rows may be skipped.
 * Memory stays flat whatever the size of the file.
 * @throws CommandFailure for a file or a mapping that cannot be used at all; then nothing has changed either.
 */
export async function importCsv(db: Db, options: ImportOptions): Promise<ImportReport> {
  try {
    return await db.transaction().execute(async (trx) => {
      const report = await importRows(trx, options);
      if (!report.committed) throw new Undone(report);
      return report;
    });
  } catch (error) {
    if (error instanceof Undone) return error.report;
    throw error;
  }
}

async function importRows(trx: Trx, options: ImportOptions): Promise<ImportReport> {
  const rows = readCsv(options.file, options.format);
  try {
    return await importFrom(rows, trx, options);
  } finally {
    // Also when the plan does not fit the file: it must not stay open.
    await rows.return(undefined);
  }
}

async function importFrom(
  rows: AsyncGenerator<CsvRow>,
  trx: Trx,
  options: ImportOptions,
): Promise<ImportReport> {
  const started = performance.now();
  const first = await rows.next();
  if (first.done) throw new CommandFailure(`${options.file} is empty; its first line must name the columns.`);
  const context = { ...options, trx };
  const { plan, created } = await buildPlan(context, options.spec, readHeader(first.value.cells));
  const rejects = createRejectList({ keep: KEPT_REJECTS, onReject: options.onReject });
  const links = createLinkResolver(context);
  let rowsRead = 0;
  let gaveUp = false;
  for await (const batch of inBatches(rows)) {
    rowsRead += batch.length;
    const linked = draftAll(plan, batch, rejects);
    const unlinked = await links.resolve(linked);
    rejects.add(unlinked);
    const badLines = new Set(unlinked.map(({ line }) => line));
    const good = linked.filter(({ line }) => !badLines.has(line));
    rejects.add(await writeBatch({ ...context, plan }, good));
    options.onProgress?.(rowsRead);
    gaveUp = !options.skipBad && rejects.rows >= ENOUGH_REJECTS;
    if (gaveUp) break;
  }
  const committed = options.skipBad || rejects.rows === 0;
  return {
    label: plan.parts[0]?.objectType.label ?? { one: 'row', many: 'rows' },
    rowsRead,
    imported: committed ? rowsRead - rejects.rows : 0,
    rejectedRows: rejects.rows,
    rejects: rejects.first,
    gaveUp,
    created: [...created, ...links.created],
    committed,
    seconds: (performance.now() - started) / 1000,
  };
}

function draftAll(plan: ImportPlan, rows: readonly CsvRow[], rejects: RejectList): readonly Draft[] {
  return rows.flatMap((row) => {
    const draft = draftRow(plan, row);
    if ('line' in draft) return [draft];
    rejects.add(draft);
    return [];
  });
}

async function* inBatches(rows: AsyncIterable<CsvRow>): AsyncGenerator<readonly CsvRow[]> {
  let batch: CsvRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_PER_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
