import { createRedisBackend } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { OnError, ProducerLink, WorkerLink } from './link.ts';
import type { RedisQueueSettings } from './settings.ts';

/** Keeps our keys apart from other BullMQ users of the same Redis. */
const KEY_PREFIX = 'winnow';
const LONGEST_RECONNECT_PAUSE_MS = 1000;
/** Finds a peer that vanished without closing an idle connection. */
const KEEP_ALIVE_MS = 10_000;
/** A worker's longest wait for an answer on a connection that does not block; then the connection is made anew. */
export const WORKER_SILENCE_MS = 5000;

const COMMON: RedisOptions = {
  keepAlive: KEEP_ALIVE_MS,
  retryStrategy: (times) => Math.min(times * 100, LONGEST_RECONNECT_PAUSE_MS),
};

/**
 * BullMQ duplicates a worker's client for its blocking reads and keeps the copy to itself; here it can be found again.
 * Silence means nothing on the copy, and BullMQ looks after its reads itself.
 */
class TrackedRedis extends Redis {
  readonly copies: Redis[] = [];

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const copy = super.duplicate({ ...override, socketTimeout: undefined });
    this.copies.push(copy);
    return copy;
  }
}

/**
 * A producer fails at once while Redis is away, and comes back by itself: no offline queue, one retry, and a BullMQ
 * that does not ask for the server's version first (a failed first answer would be remembered for ever).
 */
export function openRedisProducer(settings: RedisQueueSettings, onError: OnError): ProducerLink {
  const client = new Redis(settings.redisUrl, {
    ...COMMON,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
  });
  client.on('error', onError);
  const options = {
    connection: client,
    prefix: KEY_PREFIX,
    skipVersionCheck: true,
    skipWaitingForReady: true,
  };
  const backend = createRedisBackend('doorbell', options);
  backend.on('error', onError);
  let connecting: Promise<void> | undefined;

  return {
    backend,
    // Without this the first ring of a fresh process would fail although Redis is there.
    ready() {
      if (client.status !== 'connecting' && client.status !== 'connect') return Promise.resolve();
      connecting ??= new Promise<void>((resolve) => {
        const settle = () => {
          for (const event of ['ready', 'close', 'end']) client.off(event, settle);
          connecting = undefined;
          resolve();
        };
        for (const event of ['ready', 'close', 'end']) client.on(event, settle);
      });
      return connecting;
    },
    destroy: () => client.disconnect(),
  };
}

/** A worker waits for Redis for ever: nobody waits for the worker. */
export function openRedisWorker(settings: RedisQueueSettings, onError: OnError): WorkerLink {
  const client = new TrackedRedis(settings.redisUrl, {
    ...COMMON,
    maxRetriesPerRequest: null,
    socketTimeout: WORKER_SILENCE_MS,
  });
  client.on('error', onError);
  return {
    backendFactory(name, options, extra) {
      const own = { ...options, connection: client, prefix: KEY_PREFIX };
      const backend = createRedisBackend(name, own, extra);
      for (const copy of client.copies) copy.on('error', onError);
      return backend;
    },
    destroy() {
      for (const each of [client, ...client.copies]) each.disconnect();
    },
  };
}
