import type { Logger } from '@winnow/logger';
import { validate } from 'uuid';

/** What a queue worker does with one ring. */
export type Processor = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * Lets only row keys through to a processor. A job is input like any other: whoever can write to the queue could put
 * anything there, and Postgres would answer text that is no UUID with an error, again and again.
 */
export function forRows(logger: Logger, process: Processor): Processor {
  return async (id, signal) => {
    if (validate(id)) await process(id, signal);
    else logger.error({ id }, 'a job whose id is not a row key was dropped');
  };
}
