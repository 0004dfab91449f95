import type { Logger } from '@winnow/logger';

/** Says once that something is away and once that it is back, however often either is noticed. */
export interface OutageLog {
  failed(error: unknown): void;
  recovered(): void;
}

/**
 * One log line an outage: a queue that is away would otherwise fill the log at the moment when it is read.
 * @param what the subject of the sentence: "The queue".
 */
export function createOutageLog(logger: Logger, what: string): OutageLog {
  let since: number | undefined;
  return {
    failed(error) {
      if (since !== undefined) {
        logger.debug({ err: error }, `${what} is still away`);
        return;
      }
      since = Date.now();
      logger.warn({ err: error }, `${what} is away`);
    },
    recovered() {
      if (since === undefined) return;
      logger.info({ awayMs: Date.now() - since }, `${what} is back`);
      since = undefined;
    },
  };
}
