import { errorCode } from '@winnow/db';
import type { Logger } from '@winnow/logger';

/** What was not tried again for so long is another process's now, or was ended. */
const FORGET_AFTER_MS = 30_000;

/** Says once that work waits for the database and once that it goes on, however many jobs are tried meanwhile. */
export interface WaitingLog {
  /** Work on the row of this id could not be done now. */
  waits(id: string, error: unknown): void;
  /** Work on it was done. */
  goesOn(id: string): void;
}

/** @param logger gets one warning when the first row has to wait, and a line when none does any more. */
export function createWaitingLog(logger: Logger): WaitingLog {
  const waiting = new Set<string>();
  let since = 0;
  let lastWait = 0;
  let forgetting: NodeJS.Timeout | undefined;

  function end(until: number): void {
    clearTimeout(forgetting);
    waiting.clear();
    logger.info({ waitedMs: until - since }, 'what waited for the database goes on');
  }

  return {
    waits(id, error) {
      lastWait = Date.now();
      if (waiting.size === 0) {
        since = lastWait;
        const message = error instanceof Error ? error.message : String(error);
        logger.warn({ id, code: errorCode(error), message }, 'work waits for the database');
      } else logger.debug({ err: error, id }, 'work still waits for the database');
      waiting.add(id);
      clearTimeout(forgetting);
      forgetting = setTimeout(() => end(lastWait), FORGET_AFTER_MS).unref();
    },
    goesOn(id) {
      if (waiting.delete(id) && waiting.size === 0) end(Date.now());
    },
  };
}
