import { type QueueBackend, spawnApi, spawnScript } from '../../support/index.ts';
import { startRedis } from '../../support/redis.ts';

/** Connections to Postgres of each server: that of the API is the default of its setting. */
const POOL_SIZE = '10';

/** Gives `work` the base URL of the bare route, which runs as a process of its own. */
export async function withBareRoute<T>(databaseUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const { line, ...bare } = await spawnScript('test/bench/api/bare-route-process.ts', {
    ready: 'bare route listening',
    env: { DATABASE_URL: databaseUrl, WINNOW_DB_POOL: POOL_SIZE },
  });
  try {
    return await work(String(line.url));
  } finally {
    bare.kill('SIGTERM');
    await bare.exited;
  }
}

/** Gives `work` the base URL of an API without rate limits, on this queue. No worker runs. */
export async function withApi<T>(
  databaseUrl: string,
  queue: QueueBackend,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const redis = queue === 'redis' ? await startRedis() : undefined;
  const api = await spawnApi({
    DATABASE_URL: databaseUrl,
    WINNOW_DB_POOL: POOL_SIZE,
    WINNOW_RATE_LIMIT: '0',
    ...(redis ? { REDIS_URL: redis.url } : {}),
  });
  try {
    return await work(api.url);
  } finally {
    api.kill('SIGTERM');
    await api.exited;
    await redis?.stop();
  }
}
