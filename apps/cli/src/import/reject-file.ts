import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Reject } from './rejects.ts';

/** A CSV file of all rejects: line, column, reason. */
export interface RejectFile {
  readonly write: (reject: Reject) => void;
  /** @throws the system's error when the file could not be written. */
  close(): Promise<void>;
}

export function openRejectFile(file: string): RejectFile {
  const lines = stringify({ header: true, columns: ['line', 'column', 'reason'] });
  const output = lines.pipe(createWriteStream(file));
  const written = finished(output);
  // Awaited by `close`; until then nobody else listens.
  written.catch(() => {});
  return {
    write: (reject) => void lines.write({ ...reject, column: reject.column ?? '' }),
    async close() {
      lines.end();
      await written;
    },
  };
}
