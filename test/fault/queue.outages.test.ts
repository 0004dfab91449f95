import type { Db } from '@winnow/db';
import { beforeEach, expect, it } from 'vitest';
import {
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnRedis,
  type HttpClient,
  queueFor,
  spawnApi,
  spawnWorker,
  startTcpProxy,
  type TestOrganization,
} from '../support/index.ts';
import {
  countEvents,
  DELETE_ALL_LEADS,
  expectAllDeleted,
  insertLeadsWithNotes,
} from '../support/lead-deletion.ts';

const LEADS = 60;
/** In which a POST must be answered, whatever Redis does. */
const ANSWERED_WITHIN_MS = 2000;
/** In which every POST must be answered, also those of a machine that is busy with something else for a moment. */
const ANSWERED_BUSY_MS = 30_000;
const MOST_POSTS = 3;
/** More than anybody waits for one answer of the queue. */
const DELAY_MS = 6000;

let db: Db;
let url: string;
let org: TestOrganization;
beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  await insertLeadsWithNotes(db, org.organizationId, LEADS);
});

describeOnRedis('a POST', () => {
  async function start() {
    const { redis, env: direct } = await queueFor('redis', url);
    if (!redis) throw new Error('the Redis queue has no Redis');
    const network = await startTcpProxy(redis.port);
    const env = {
      ...direct,
      REDIS_URL: `redis://127.0.0.1:${network.port}`,
      WINNOW_PAGE_SIZE: '10',
      WINNOW_SLICE_MS: '1',
    };
    const [api, worker] = await Promise.all([spawnApi(env), spawnWorker(env)]);
    const client = createHttpClient(api.url, org.apiKey);
    const bystander = createHttpClient(api.url, (await createOrganization(db)).apiKey);

    /**
     * Starts a bulk delete, in time: when it was not, others are tried, of an organization that has no leads.
     * @param disturb is done before each.
     * @returns what waits for the end of the first and looks at it.
     */
    async function post(disturb = () => {}) {
      const times: number[] = [];
      const timed = async (asker: HttpClient) => {
        disturb();
        const askedAt = performance.now();
        const made = await asker.startBulkDelete(DELETE_ALL_LEADS);
        times.push(performance.now() - askedAt);
        return made;
      };
      const id = await timed(client);
      const others: string[] = [];
      while (Math.min(...times) >= ANSWERED_WITHIN_MS && times.length < MOST_POSTS)
        others.push(await timed(bystander));
      expect(Math.min(...times)).toBeLessThan(ANSWERED_WITHIN_MS);
      expect(Math.max(...times)).toBeLessThan(ANSWERED_BUSY_MS);
      return {
        expectWaiting: async () =>
          expect((await client.get(`bulk_action/delete/${id}/`)).body).toMatchObject({
            status: 'created',
            n_objects: null,
          }),
        async expectExact() {
          await expectAllDeleted(db, await client.waitForEnd(id), LEADS);
          for (const other of others) await bystander.waitForEnd(other);
          expect(await countEvents(db, 'completed')).toBe(1 + others.length);
          for (const { pid } of [api, worker]) expect(process.kill(pid, 0)).toBe(true);
        },
      };
    }
    return { redis, network, post };
  }

  it('while Redis is down is answered within 2 s, and runs once it is back', async () => {
    const { redis, post } = await start();
    await redis.stop();
    const bulkDelete = await post();
    await bulkDelete.expectWaiting();
    await redis.restart();
    await bulkDelete.expectExact();
  });

  it('while Redis is frozen (takes connections and never answers) is answered within 2 s, and runs once it goes on', async () => {
    const { redis, post } = await start();
    process.kill(redis.pid, 'SIGSTOP');
    const bulkDelete = await post();
    await bulkDelete.expectWaiting();
    process.kill(redis.pid, 'SIGCONT');
    await bulkDelete.expectExact();
  });

  it('while Redis is seconds late is answered within 2 s, and runs once it is not', async () => {
    const { network, post } = await start();
    network.delay(DELAY_MS);
    const bulkDelete = await post();
    await bulkDelete.expectWaiting();
    await network.restore();
    await bulkDelete.expectExact();
  });

  it('whose connections to Redis are half closed is answered within 2 s, and runs', async () => {
    const { network, post } = await start();
    await (await post(() => network.halfClose())).expectExact();
  });
});
