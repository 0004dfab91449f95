import { expect, it } from 'vitest';
import { queueSettings } from './settings.ts';

const COMMON = { WINNOW_ENQUEUE_TIMEOUT_MS: 250 };

it('The queue lives in Redis when there is one, and else in Postgres', () => {
  const both = { ...COMMON, DATABASE_URL: 'postgres://h/d', REDIS_URL: 'redis://h' };
  expect(queueSettings(both)).toEqual({ backend: 'redis', redisUrl: 'redis://h', enqueueTimeoutMs: 250 });
  expect(queueSettings({ ...COMMON, DATABASE_URL: 'postgres://h/d' })).toEqual({
    backend: 'postgres',
    databaseUrl: 'postgres://h/d',
    enqueueTimeoutMs: 250,
  });
});

it('A queue with no place to live is refused', () => {
  expect(() => queueSettings(COMMON)).toThrow('REDIS_URL or DATABASE_URL');
});
