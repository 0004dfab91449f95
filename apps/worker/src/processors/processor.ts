import { recoveryFor } from '@winnow/db';
import type { Logger } from '@winnow/logger';
import { validate } from 'uuid';
import { createWaitingLog } from '../waiting-log.ts';

/** What a queue worker does with one ring. */
export type Processor = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * Lets only row keys through to a processor. A job is input like any other: whoever can write to the queue could put
 * anything there, and Postgres would answer text that is no UUID with an error, again and again.
 * What the database cannot do now is no failed job: it is said once, and the reconciler rings again.
 */
export function forRows(logger: Logger, process: Processor): Processor {
  const waiting = createWaitingLog(logger);
  return async (id, signal) => {
    if (!validate(id)) {
      logger.error({ id }, 'a job whose id is not a row key was dropped');
      return;
    }
    try {
      await process(id, signal);
      waiting.goesOn(id);
    } catch (error) {
      const recovery = recoveryFor(error);
      if (recovery !== 'wait' && recovery !== 'retry') throw error;
      waiting.waits(id, error);
    }
  };
}
