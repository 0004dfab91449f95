import { ErrorCode, type IQueueBackend, type JobProgress, Worker, type WorkerOptions } from 'bullmq';

/**
 * A job of a killed worker comes back after the lock has run out and two checks have seen it: at most the sum of the two,
 * well under 10 s. A lock that is lost to a busy event loop costs a second worker's turn and nothing else.
 */
export const LOCK_MS = 4000;
const STALLED_CHECK_MS = 1000;
/** A doorbell may be orphaned any number of times; the default of 1 would throw it away at the second. */
const MOST_STALLS = 1_000_000;
/** Longest sleep without a look at the queue, should a wake-up be lost. Seconds. */
const POLL_SECONDS = 2;
const COMMAND_RETRY_MS = 500;

export const WORKER_OPTIONS: WorkerOptions<object> = {
  connection: {},
  autorun: false,
  lockDuration: LOCK_MS,
  stalledInterval: STALLED_CHECK_MS,
  maxStalledCount: MOST_STALLS,
  drainDelay: POLL_SECONDS,
  runRetryDelay: COMMAND_RETRY_MS,
};

/** BullMQ's worker with a way out for when the queue does not answer any more. */
export class AbandonableWorker extends Worker<unknown, void, string, IQueueBackend, JobProgress, object> {
  /** Stops renewing locks, which `close()` only does after the answers that will not come. */
  abandon(): void {
    void this.lockManager.close();
  }
}

const LOST_JOB_CODES: ReadonlySet<unknown> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

/** Whether the error says that a job is no longer this worker's: another has it, or the queue was emptied. */
export function isLostJob(error: Error): boolean {
  return (
    ('code' in error && LOST_JOB_CODES.has(error.code)) || error.message.startsWith('could not renew lock')
  );
}
