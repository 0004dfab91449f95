import { createLogger } from '@winnow/logger';
import { createDoorbell, createQueueWorker, QUEUES, type QueueSettings } from '@winnow/queue';

/**
 * A process with a doorbell and a worker of the queue of bulk deletes, for tests that kill it.
 * argv[2]: the queue's settings as JSON; argv[3]: `hold` keeps every job in hand for ever, `work` is done at once.
 * Logs `taken` with the id for each job. SIGTERM closes everything; it never calls `process.exit`, so that a handle left open shows.
 */
const settings: QueueSettings = JSON.parse(process.argv[2] ?? '');
const holds = process.argv[3] === 'hold';
const CLOSE_GRACE_MS = 2000;

const logger = createLogger({ name: 'test-worker', level: 'debug' });
const doorbell = createDoorbell(settings, logger);
const worker = createQueueWorker(settings, {
  queue: QUEUES.bulkDelete,
  concurrency: 1,
  logger,
  process: async (id) => {
    logger.info({ id }, 'taken');
    if (holds) await new Promise(() => {});
  },
});
const ticking = setInterval(() => {}, 1000);

process.once('SIGTERM', async () => {
  await worker.close(CLOSE_GRACE_MS);
  await doorbell.close();
  clearInterval(ticking);
  logger.info('closed');
});
