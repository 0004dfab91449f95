import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@winnow/logger';

/**
 * Ends the process on SIGTERM or SIGINT: with code 0 when `stop` was done within `graceMs`, with 1 when it was not.
 * A second signal ends it at once: whoever sends one does not want to wait.
 */
export function stopOnSignal(logger: Logger, graceMs: number, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) {
      logger.warn({ signal }, 'stopped at once');
      process.exit(1);
    }
    stopping = true;
    logger.info({ signal, graceMs }, 'stopping');
    process.exit(await finishInTime(logger, graceMs, stop));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function finishInTime(logger: Logger, graceMs: number, stop: () => Promise<void>): Promise<number> {
  try {
    const inTime = await Promise.race([stop().then(() => true), sleep(graceMs, false)]);
    if (inTime) logger.info('stopped');
    else logger.error({ graceMs }, 'stopped before everything was closed');
    return inTime ? 0 : 1;
  } catch (error) {
    logger.error({ err: error }, 'stopping failed');
    return 1;
  }
}
