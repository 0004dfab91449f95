import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const KEPT_LINES = 20;
/** pino's numbers (https://getpino.io/#/docs/api?id=loggerlevels-object). */
const WARN = 40;
const ERROR = 50;
/** A server that is away makes every process say so every second; once in a while is enough on a screen. */
const REPEAT_AFTER_MS = 30_000;

/** The log of one child process: all of it in a file, what a person should see told at once. */
export interface ServiceLog {
  readonly file: string;
  /** Copies a stream of the process line by line until it ends. */
  follow(stream: Readable): void;
  /** The newest lines, as a person reads them, oldest first. */
  lastLines(): readonly string[];
  close(): Promise<void>;
}

/**
 * Opens `NAME.log` in a folder, made when missing. A file over 10 MiB is put aside as `NAME.log.1` first.
 * @param options.onTrouble is told of each warning and error, repeated ones only every half minute.
 */
export async function openServiceLog(
  folder: string,
  name: string,
  options: { readonly onTrouble: (text: string) => void },
): Promise<ServiceLog> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${name}.log`);
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
  const output: WriteStream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not end what can still be stopped in order.
  output.on('error', () => {});
  const kept: string[] = [];
  const toldAt = new Map<string, number>();

  const tell = (text: string): void => {
    const now = performance.now();
    if (now - (toldAt.get(text) ?? Number.NEGATIVE_INFINITY) < REPEAT_AFTER_MS) return;
    if (toldAt.size > 1000) toldAt.clear();
    toldAt.set(text, now);
    options.onTrouble(text);
  };

  return {
    file,
    follow(stream) {
      const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
      lines.on('line', (line) => {
        output.write(`${line}\n`);
        const { text, isTrouble } = readLogLine(line);
        kept.push(text);
        if (kept.length > KEPT_LINES) kept.shift();
        if (isTrouble) tell(text);
      });
    },
    lastLines: () => kept,
    close: () => new Promise((resolve) => output.end(() => resolve())),
  };
}

/**
 * A line of a log for a person: pino's JSON becomes `error: message: reason`, anything else stays as it is.
 * `isTrouble` from the level of a warning on, and for text that is no log line (a crash, a warning of Node's).
 */
export function readLogLine(line: string): { readonly text: string; readonly isTrouble: boolean } {
  const record = parseRecord(line);
  if (!record) return { text: line, isTrouble: line.trim() !== '' };
  const level = typeof record.level === 'number' ? record.level : 0;
  const name = level >= ERROR ? 'error: ' : level >= WARN ? 'warning: ' : '';
  const message = typeof record.msg === 'string' ? record.msg : line;
  const reason = readReason(record.err);
  const suffix = reason === '' || message.includes(reason) ? '' : `: ${reason}`;
  return { text: `${name}${message}${suffix}`, isTrouble: level >= WARN };
}

function parseRecord(line: string): Partial<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function readReason(error: unknown): string {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null || !('message' in error)) return '';
  return typeof error.message === 'string' ? error.message : '';
}
