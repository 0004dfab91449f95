import type { Logger } from '@winnow/logger';
import { Redis } from 'ioredis';
import { createOutageLog } from './outage.ts';

/** Longest that a request waits for a count; without one it goes on uncounted. Milliseconds. */
export const COUNT_TIMEOUT_MS = 100;
export const CONNECT_TIMEOUT_MS = 2000;
const LONGEST_RECONNECT_PAUSE_MS = 1000;

/** Counters that several processes share and that may be lost at any time: what limits rates is built on them. */
export interface SharedCounters {
  /** An ioredis client, for a library that takes one. Commands fail at once while Redis is away, and soon while it is silent. */
  readonly client: object;
  close(): void;
}

/**
 * Counters in the Redis of the queue, so that what a client does at one process counts at the others.
 * @returns undefined without a Redis: each process counts for itself.
 */
export function createSharedCounters(
  { REDIS_URL: url }: { readonly REDIS_URL?: string | undefined },
  logger: Logger,
): SharedCounters | undefined {
  if (url === undefined) return undefined;
  const outage = createOutageLog(logger, 'The Redis that counts requests');
  const client = new Redis(url, {
    commandTimeout: COUNT_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 100, LONGEST_RECONNECT_PAUSE_MS),
  });
  client.on('error', (error) => outage.failed(error));
  client.on('ready', () => outage.recovered());
  return { client, close: () => client.disconnect() };
}
