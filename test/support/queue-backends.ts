import type { QueueSettings } from '@winnow/queue';
import { describe } from 'vitest';
import { redisAvailable, startRedis, type TestRedis } from './redis.ts';

const ENQUEUE_TIMEOUT_MS = 1_000;

export type QueueBackend = 'postgres' | 'redis';

/** Every backend of the queue; what holds for one must hold for the other. */
export const QUEUE_BACKENDS: readonly QueueBackend[] = ['postgres', 'redis'];

export interface TestQueue {
  readonly settings: QueueSettings;
  /** What an api or a worker process needs in its environment to use the database and this queue. */
  readonly env: Readonly<Record<string, string>>;
  /** The server, on the backend that has one of its own. */
  readonly redis: TestRedis | null;
}

/** A queue of its own for a test: in the test's database, or on a Redis started for it. */
export async function queueFor(backend: QueueBackend, databaseUrl: string): Promise<TestQueue> {
  if (backend === 'postgres') {
    return {
      settings: { backend, databaseUrl, enqueueTimeoutMs: ENQUEUE_TIMEOUT_MS },
      env: { DATABASE_URL: databaseUrl },
      redis: null,
    };
  }
  const redis = await startRedis();
  return {
    settings: { backend, redisUrl: redis.url, enqueueTimeoutMs: ENQUEUE_TIMEOUT_MS },
    env: { DATABASE_URL: databaseUrl, REDIS_URL: redis.url },
    redis,
  };
}

/**
 * A suite that runs once for each backend; on a machine without Redis its half is skipped, and says so.
 * @example describeOnEachQueue('the doorbell', (backend) => { it('rings …', async () => { … }) })
 */
export function describeOnEachQueue(name: string, suite: (backend: QueueBackend) => void): void {
  for (const backend of QUEUE_BACKENDS) {
    describe.skipIf(!isAvailable(backend))(`${name} (queue on ${backend})`, () => suite(backend));
  }
}

/** A suite that only makes sense on Redis; skipped, and says so, on a machine without it. */
export function describeOnRedis(name: string, suite: () => void): void {
  describe.skipIf(!isAvailable('redis'))(`${name} (queue on redis)`, suite);
}

function isAvailable(backend: QueueBackend): boolean {
  if (backend === 'postgres' || redisAvailable) return true;
  console.warn('Skipped: there is no redis-server or valkey-server on the PATH.');
  return false;
}
