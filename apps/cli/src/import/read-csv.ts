import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { CsvError, type InfoRecord, parse } from 'csv-parse';
import { CommandFailure } from '../command-failure.ts';

/** An opening quote that is never closed would swallow the rest of the file into memory. */
const LONGEST_RECORD = 8 * 1024 * 1024;

export interface CsvRow {
  /** The line of the file on which the row begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvFormat {
  readonly delimiter: string;
  /** A name of the Encoding Standard: `utf-8`, `windows-1252`, … */
  readonly encoding: string;
}

/**
 * Reads a CSV file row by row; empty lines are passed over. The first row is the header.
 * @throws CommandFailure when there is no such file, its bytes are not of the encoding, or its quotes are broken: behind a
 *   broken quote nobody knows where the next row begins, so this cannot be skipped.
 */
export async function* readCsv(file: string, format: CsvFormat): AsyncGenerator<CsvRow> {
  await assertReadable(file);
  const parser = parse({
    delimiter: format.delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
  });
  // Errors of the source destroy the parser, which throws them below.
  pipeline(Readable.from(decode(file, format.encoding)), parser, () => {});
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: InfoRecord; record: string[] }>) {
      yield { line: info.lines - countInnerLines(record), cells: record };
    }
  } catch (error) {
    if (error instanceof CsvError)
      throw new CommandFailure(`${file} is not well-formed CSV. ${error.message}.`);
    throw error;
  }
}

async function assertReadable(file: string): Promise<void> {
  const stats = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailure(
      cause.code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${cause.code}).`,
    );
  });
  if (stats.isDirectory()) throw new CommandFailure(`${file} is a folder, not a file.`);
}

async function* decode(file: string, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let lines = 1;
  try {
    for await (const chunk of createReadStream(file)) {
      const text = decoder.decode(chunk, { stream: true });
      lines += text.split('\n').length - 1;
      yield text;
    }
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandFailure(
      `${file} is not ${encoding} text (somewhere behind line ${lines}). Name its encoding, e.g. --encoding windows-1252.`,
    );
  }
}

/** The parser counts lines at a row's end; a quoted cell may hold line breaks. */
function countInnerLines(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => (cell.includes('\n') ? sum + cell.split('\n').length - 1 : sum), 0);
}
