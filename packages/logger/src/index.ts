import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Paths of everything that may hold a secret; a leaked key in a log is a leaked key. */
const REDACTED = [
  'req.headers.authorization',
  'headers.authorization',
  'authorization',
  'api_key',
  'signature_key',
  'secret',
  'password',
];

/**
 * A JSON logger for one process.
 * @param options.name the process: `api`, `worker`, …
 * @param options.level lowest level that is written.
 * @param options.destination where lines go; standard output when absent.
 */
export function createLogger(options: {
  readonly name: string;
  readonly level: string;
  readonly destination?: DestinationStream;
}): Logger {
  return pino(
    { name: options.name, level: options.level, redact: { paths: REDACTED, censor: '[redacted]' } },
    options.destination ?? standardOutput(),
  );
}

/**
 * Node's own stream instead of pino's: when the reader of a pipe is gone, pino's tries for ever to write its last
 * lines when the process ends, and it never does. Without a reader lines are lost; the process must live on.
 */
function standardOutput(): DestinationStream {
  const { stdout } = process;
  if (!stdout.listeners('error').includes(ignoreLostReader)) stdout.on('error', ignoreLostReader);
  return stdout;
}

function ignoreLostReader(): void {}
