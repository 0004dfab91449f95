import { writeFile } from 'node:fs/promises';
import type { Logger } from '@winnow/logger';

const BEAT_MS = 5000;

/**
 * Touches a file for as long as the event loop turns. It says that the process is alive, not that Postgres or the
 * queue are: a worker waits for those, and restarting it would not help.
 */
export function startHeartbeat(file: string, logger: Logger): void {
  const beat = () =>
    void writeFile(file, `${new Date().toISOString()}\n`).catch((error: unknown) =>
      logger.warn({ err: error }, 'the heartbeat file cannot be written'),
    );
  beat();
  setInterval(beat, BEAT_MS).unref();
}
