interface CommonSettings {
  /** Longest that `ring` and `checkHealth` wait for the queue. Milliseconds. */
  readonly enqueueTimeoutMs: number;
}

export interface PostgresQueueSettings extends CommonSettings {
  readonly backend: 'postgres';
  readonly databaseUrl: string;
  /** Connections of one doorbell or one queue worker, beside the worker's `LISTEN` connection. Default 2. */
  readonly poolSize?: number;
}

export interface RedisQueueSettings extends CommonSettings {
  readonly backend: 'redis';
  readonly redisUrl: string;
}

export type QueueSettings = PostgresQueueSettings | RedisQueueSettings;

/**
 * Where the queue lives: in Redis when there is a `REDIS_URL`, else in the same Postgres as the data.
 * @throws Error when neither URL is given.
 */
export function queueSettings(config: {
  readonly DATABASE_URL?: string | undefined;
  readonly REDIS_URL?: string | undefined;
  readonly WINNOW_ENQUEUE_TIMEOUT_MS: number;
}): QueueSettings {
  const enqueueTimeoutMs = config.WINNOW_ENQUEUE_TIMEOUT_MS;
  if (config.REDIS_URL !== undefined)
    return { backend: 'redis', redisUrl: config.REDIS_URL, enqueueTimeoutMs };
  if (config.DATABASE_URL === undefined) throw new Error('The queue needs REDIS_URL or DATABASE_URL.');
  return { backend: 'postgres', databaseUrl: config.DATABASE_URL, enqueueTimeoutMs };
}
