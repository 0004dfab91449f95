import {
  dropNextPartition,
  errorCode,
  makeArchivePartitions,
  markPurged,
  purgeNextPartitions,
} from '@winnow/db';
import type { EngineDeps } from '../engine.ts';
import { purgeOutsidePartitions } from './purge-rows.ts';

/** SQLSTATE lock_not_available. */
const LOCK_NOT_AVAILABLE = '55P03';
/** Records that one statement marks: a small one holds nobody up. */
const PORTION = 1000;

/**
 * Looks after the archive: makes the partitions of the weeks to come, and purges what nothing is needed of any more. Every
 * worker may do it at any time; what another is at, or what somebody reads just now, is left for the next call.
 */
export async function keepArchive(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  const steps = [makePartitions, purgePartitions, markRecords, purgeOutsidePartitions, dropPartitions];
  for (const step of steps) {
    if (signal.aborted) return;
    try {
      await step(deps, signal);
    } catch (error) {
      if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error;
      deps.logger.debug({ err: error }, 'the archive is in use; its upkeep goes on later');
    }
  }
}

async function makePartitions({ db, logger }: EngineDeps): Promise<void> {
  const n = await makeArchivePartitions(db);
  if (n > 0) logger.info({ n }, 'archive partitions made');
}

async function purgePartitions({ db, logger }: EngineDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const purge = await purgeNextPartitions(db);
    if (!purge) return;
    logger.info({ purge }, 'archive purged');
  }
}

async function markRecords({ db }: EngineDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await markPurged(db, { limit: PORTION })) === PORTION);
}

async function dropPartitions({ db, logger }: EngineDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const partition = await dropNextPartition(db);
    if (partition === undefined) return;
    logger.info({ partition }, 'archive partition dropped');
  }
}
