import { createLogger } from '@winnow/logger';
import { createDoorbell, createQueueWorker, QUEUES, type QueueSettings } from '@winnow/queue';
import { expect, it } from 'vitest';
import { describeOnRedis, startPostgres, startRedis, waitFor } from '../support/index.ts';

const RESTARTS = 2;
const ENQUEUE_TIMEOUT_MS = 2000;

/** Rings and hears before and after each restart, with one doorbell and one worker all the way. */
async function surviveRestarts(settings: QueueSettings, restart: () => Promise<void>): Promise<void> {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const seen: string[] = [];
  const doorbell = createDoorbell(settings, logger);
  const worker = createQueueWorker(settings, {
    queue: QUEUES.bulkDelete,
    concurrency: 2,
    logger,
    process: async (id) => void seen.push(id),
  });
  try {
    for (let round = 0; round <= RESTARTS; round++) {
      if (round > 0) await restart();
      await waitFor(() => doorbell.ring(QUEUES.bulkDelete, `id-${round}`), { what: `ring ${round}` });
      await waitFor(() => seen.includes(`id-${round}`), { what: `job ${round}` });
    }
  } finally {
    await worker.close(5000);
    await doorbell.close();
  }
}

it('A doorbell and a worker on Postgres survive restarts of the server, orderly or by a crash', async () => {
  const server = await startPostgres();
  const modes = ['fast', 'immediate'] as const;
  let restarts = 0;
  await surviveRestarts(
    { backend: 'postgres', databaseUrl: server.url, enqueueTimeoutMs: ENQUEUE_TIMEOUT_MS },
    () => server.restart(modes[restarts++ % modes.length]),
  );
  expect(restarts).toBe(RESTARTS);
});

describeOnRedis('a restart', () => {
  it('A doorbell and a worker survive restarts of Redis, which forgets everything', async () => {
    const redis = await startRedis();
    await surviveRestarts(
      { backend: 'redis', redisUrl: redis.url, enqueueTimeoutMs: ENQUEUE_TIMEOUT_MS },
      async () => {
        await redis.kill();
        await redis.restart();
      },
    );
  });
});
