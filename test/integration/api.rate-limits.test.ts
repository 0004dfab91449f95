import { createApiKey, type Db } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createSharedCounters, type SharedCounters } from '@winnow/queue';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  atFileEnd,
  createApi,
  createDatabase,
  createOrganization,
  describeOnRedis,
  startRedis,
  type TestApi,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';

const ME = '/api/v1/me/';
const LEAD = '/api/v1/lead/';
/** In which requests are counted, from the first of them. */
const COUNTED_MS = 5000;
/** Requests a second; over the five seconds that are counted: */
const PER_SECOND = 1;
const MOST = 5;
/** More than a machine needs that is busy with something else for a moment. */
const TRIES = 8;

let db: Db;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
});
beforeEach(async () => {
  org = await createOrganization(db);
});

const limited = (counters?: SharedCounters) =>
  createApi(db, { settings: { rateLimit: PER_SECOND }, ...(counters ? { counters } : {}) });
const anotherKey = async (of = org) =>
  (await createApiKey(db, { ...of, name: 'another', scopes: ['*'] })).key;
const statuses = async (n: number, request: () => Promise<{ readonly status: number }>) => {
  const found: number[] = [];
  for (let i = 0; i < n; i += 1) found.push((await request()).status);
  return found;
};
/** Does it, with an organization that has sent nothing yet, and again with another when it took longer than is counted. */
async function withinOneCount<T>(work: (fresh: TestOrganization) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const fresh = await createOrganization(db);
    const begun = performance.now();
    try {
      const found = await work(fresh);
      if (performance.now() - begun < COUNTED_MS) return found;
      if (tries === TRIES) throw new Error('it always took longer than is counted');
    } catch (error) {
      // In the middle of it a count may have begun anew: nothing follows from that.
      if (performance.now() - begun < COUNTED_MS || tries === TRIES) throw error;
    }
  }
}
const repeat = <T>(n: number, value: T) => Array.from({ length: n }, () => value);

describe('requests of a key to one endpoint', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await limited();
  });

  it('are counted down in headers that clients of all ages read, and refused with 429 until the count begins anew', async () => {
    const key = await withinOneCount(async ({ apiKey }) => {
      const first = await api.call(apiKey, 'GET', ME);
      expect(first.headers).toMatchObject({
        ratelimit: 'limit=5, remaining=4, reset=5',
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '4',
        'x-ratelimit-reset': '5',
        'x-rate-limit-limit': '5',
        'x-rate-limit-remaining': '4',
        'x-rate-limit-reset': '5',
      });
      expect(first.headers).not.toHaveProperty('retry-after');
      expect(await statuses(MOST - 1, () => api.call(apiKey, 'GET', ME))).toEqual(repeat(MOST - 1, 200));

      const refused = await api.call(apiKey, 'GET', ME);
      expect(refused.status).toBe(429);
      const seconds = Number(refused.headers['retry-after']);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(5);
      expect(refused.headers.ratelimit).toMatch(/^limit=5, remaining=0, reset=[1-5]$/);
      expect(refused.body).toEqual({
        error: `This API key has sent too many requests to this URL. Try again in ${seconds} s.`,
        rate_reset: seconds,
      });
      return apiKey;
    });
    await waitFor(async () => (await api.call(key, 'GET', ME)).status === 200, {
      what: 'the count to begin anew',
    });
  });

  it('do not count for another endpoint, another method, or another key', () =>
    withinOneCount(async (fresh) => {
      await statuses(MOST, () => api.call(fresh.apiKey, 'GET', LEAD));
      expect((await api.call(fresh.apiKey, 'GET', LEAD)).status).toBe(429);
      expect((await api.call(fresh.apiKey, 'POST', LEAD, { body: { name: 'A' } })).status).toBe(200);
      expect((await api.call(fresh.apiKey, 'GET', '/api/v1/contact/')).status).toBe(200);
      expect((await api.call(await anotherKey(fresh), 'GET', LEAD)).status).toBe(200);
    }));

  it('count by the method that they mean, and by the route, whatever the id', () =>
    withinOneCount(async ({ apiKey }) => {
      const asGet = () =>
        api.app.inject({
          method: 'POST',
          url: `${LEAD}x/`,
          headers: { authorization: `Bearer ${apiKey}`, 'x-http-method-override': 'GET' },
        });
      for (let i = 0; i < MOST; i += 1) expect((await asGet()).statusCode).toBe(404);
      expect((await asGet()).statusCode).toBe(429);
      expect((await api.call(apiKey, 'GET', `${LEAD}y/`)).status).toBe(429);
    }));

  it('are refused before anything is done, also what would be refused for other reasons', () =>
    withinOneCount(async ({ apiKey }) => {
      const reader = await createOrganization(db, { scopes: ['read'] });
      const write = () => api.call(reader.apiKey, 'POST', LEAD, { body: { name: 'A' } });
      expect(await statuses(MOST, write)).toEqual(repeat(MOST, 403));
      expect((await write()).status).toBe(429);
      await statuses(MOST, () => api.call(apiKey, 'POST', LEAD, { body: { name: 'A' } }));
      expect((await api.call(apiKey, 'POST', LEAD, { body: { name: 'A' } })).status).toBe(429);
      const { body } = await api.call(apiKey, 'GET', '/api/v1/lead/?_limit=0&query=name:A');
      expect(body.total_results).toBe(MOST);
    }));

  it('of all keys of an organization are three times as many, and another organization has its own', () =>
    withinOneCount(async (fresh) => {
      const keys = [fresh.apiKey, await anotherKey(fresh), await anotherKey(fresh)];
      for (const key of keys) {
        expect(await statuses(MOST, () => api.call(key, 'GET', ME))).toEqual(repeat(MOST, 200));
      }
      const fourth = await api.call(await anotherKey(fresh), 'GET', ME);
      expect(fourth.status).toBe(429);
      expect(fourth.body.error).toMatch(/^The API keys of this organization have sent too many requests/);
      expect(fourth.headers['x-ratelimit-limit']).toBe(String(3 * MOST));
      const stranger = await createOrganization(db);
      expect((await api.call(stranger.apiKey, 'GET', ME)).status).toBe(200);
    }));
});

it('Nothing is counted with a limit of 0, and nothing needs no key.', async () => {
  const unlimited = await createApi(db, { settings: { rateLimit: 0 } });
  expect((await unlimited.call(org.apiKey, 'GET', ME)).headers).not.toHaveProperty('ratelimit');
  const api = await limited();
  const live = await api.call(null, 'GET', '/health/live');
  expect(live.headers).not.toHaveProperty('ratelimit');
});

describe('failed authentications', () => {
  const from = (api: TestApi, remoteAddress: string, key: string) =>
    api.app.inject({ url: ME, remoteAddress, headers: { authorization: `Bearer ${key}` } });

  it('of one address are refused with 429 when they are many, which locks out no valid key', () =>
    withinOneCount(async (fresh) => {
      const api = await limited();
      for (let i = 0; i < 50; i += 1) {
        const guess = `api_${String(i).padStart(22, '0')}.${'0'.repeat(22)}`;
        expect((await from(api, '198.51.100.1', guess)).statusCode).toBe(401);
      }
      const refused = await from(api, '198.51.100.1', `api_${'1'.repeat(22)}.${'0'.repeat(22)}`);
      expect(refused.statusCode).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await from(api, '198.51.100.1', '')).statusCode).toBe(429);
      expect((await from(api, '198.51.100.1', fresh.apiKey)).statusCode).toBe(200);
      expect((await from(api, '198.51.100.2', 'nonsense')).statusCode).toBe(401);
    }));

  it('with one key and many secrets end the guessing from that address, and hold up nobody who has the key', async () => {
    const api = await limited();
    const fresh = await anotherKey();
    const guessAt = (key: string) => `${key.split('.')[0]}.${'0'.repeat(22)}`;
    expect((await from(api, '198.51.100.4', org.apiKey)).statusCode).toBe(200);
    for (const key of [org.apiKey, fresh]) {
      for (let i = 0; i < 10; i += 1) {
        expect((await from(api, '198.51.100.3', guessAt(key))).statusCode).toBe(401);
      }
    }
    // What would be the right guess is not even looked at.
    expect((await from(api, '198.51.100.3', fresh)).statusCode).toBe(429);
    expect((await from(api, '198.51.100.4', fresh)).statusCode).toBe(200);
    expect((await from(api, '198.51.100.3', fresh)).statusCode).toBe(200);
    expect((await from(api, '198.51.100.3', org.apiKey)).statusCode).toBe(200);
    expect((await from(api, '198.51.100.3', await anotherKey())).statusCode).toBe(200);
  });
});

describeOnRedis('requests at several processes', () => {
  async function start() {
    const redis = await startRedis();
    const logger = createLogger({ name: 'test', level: 'silent' });
    const open = async () => {
      const counters = createSharedCounters({ REDIS_URL: redis.url }, logger);
      if (!counters) throw new Error('there is a Redis');
      atFileEnd('counters', async () => counters.close());
      return limited(counters);
    };
    const apis = [await open(), await open()] as const;
    await waitFor(
      async () => {
        await apis[0].call(org.apiKey, 'GET', '/api/v1/task/');
        return (await redis.send('DBSIZE')) !== ':0';
      },
      { what: 'the connections' },
    );
    return { redis, apis };
  }

  it('are counted together', async () => {
    const { apis } = await start();
    await waitFor(
      async () => {
        // Each attempt with a key of its own: until both are connected, one may count nothing.
        const key = await anotherKey();
        const [one, two] = apis;
        const found = [...(await statuses(3, () => one.call(key, 'GET', ME)))];
        found.push(...(await statuses(3, () => two.call(key, 'GET', ME))));
        return found.join() === '200,200,200,200,200,429';
      },
      { what: 'the sixth request to be refused' },
    );
  });

  it.each([
    ['is gone', async (redis: Awaited<ReturnType<typeof startRedis>>) => redis.stop()],
    ['does not answer', async (redis) => void process.kill(redis.pid, 'SIGSTOP')],
  ])('are neither refused nor held up while Redis %s', async (_how, away) => {
    const { redis, apis } = await start();
    await away(redis);
    const begun = performance.now();
    expect(await statuses(3 * MOST, () => apis[0].call(org.apiKey, 'GET', LEAD))).toEqual(
      repeat(3 * MOST, 200),
    );
    expect((performance.now() - begun) / (3 * MOST)).toBeLessThan(1000);
    expect((await apis[0].call(null, 'GET', ME)).status).toBe(401);
  });
});
