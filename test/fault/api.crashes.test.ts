import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import {
  countRows,
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  queueFor,
  spawnApi,
  spawnWorker,
  startTcpProxy,
  type TestOrganization,
  type TestProcess,
  type TestQueue,
  waitFor,
} from '../support/index.ts';
import {
  countEvents,
  DELETE_ALL_LEADS,
  expectAllDeleted,
  insertLeadsWithNotes,
} from '../support/lead-deletion.ts';
import { lockQueue } from '../support/queue-lock.ts';

const LEADS = 30;
const PAGE_SIZE = 10;
/** One period to count as left alone and one, with a quarter of jitter, to be looked at; the rest is for a busy machine. */
const FOUND_WITHIN_MS = 10_000;

let db: Db;
let url: string;
let org: TestOrganization;
beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  await insertLeadsWithNotes(db, org.organizationId, LEADS);
});

describeOnEachQueue('an API process that is killed between the commit and the ring', (backend) => {
  /** A ring gets stuck on its way. @returns an environment for the API, and what ends its rings for good. */
  async function stopRings(queue: TestQueue) {
    if (queue.redis) {
      const network = await startTcpProxy(queue.redis.port);
      network.freeze();
      return {
        env: { ...queue.env, REDIS_URL: `redis://127.0.0.1:${network.port}` },
        drop: () => network.close(),
      };
    }
    const unlock = await lockQueue(db);
    return {
      env: queue.env,
      async drop() {
        // The server would go on with a statement that it has, whatever became of who sent it.
        await sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'winnow-queue'
        `.execute(db);
        await unlock();
      },
    };
  }

  async function postAndKill(api: TestProcess & { readonly url: string }): Promise<void> {
    const answer = createHttpClient(api.url, org.apiKey)
      .startBulkDelete(DELETE_ALL_LEADS)
      .catch((error: unknown) => error);
    await waitFor(async () => (await countRows(db, 'bulk_delete')) === 1, { what: 'the commit' });
    api.kill('SIGKILL');
    await api.exited;
    expect(await answer).toBeInstanceOf(Error);
  }

  it('leaves a bulk delete that starts within the reconciler’s period, runs once and ends exact', async () => {
    const queue = await queueFor(backend, url);
    const { env, drop } = await stopRings(queue);
    const limits = { WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_ENQUEUE_TIMEOUT_MS: '60000' };
    await postAndKill(await spawnApi({ ...env, ...limits }));
    await drop();
    expect(await countRows(db, 'bulk_delete_page')).toBe(0);

    const [api] = await Promise.all([
      spawnApi(queue.env),
      spawnWorker({ ...queue.env, WINNOW_PAGE_SIZE: String(PAGE_SIZE) }),
    ]);
    const readyAt = Date.now();
    const client = createHttpClient(api.url, org.apiKey);
    const found = await waitFor(
      () => db.selectFrom('bulk_delete').selectAll().where('date_started', 'is not', null).executeTakeFirst(),
      { what: 'the bulk delete to be started' },
    );
    expect((found.date_started?.getTime() ?? 0) - readyAt).toBeLessThan(FOUND_WITHIN_MS);
    await expectAllDeleted(db, await client.waitForEnd(found.id), LEADS);
    expect(await countRows(db, 'bulk_delete_page')).toBe(LEADS / PAGE_SIZE);
    expect([await countEvents(db, 'created'), await countEvents(db, 'completed')]).toEqual([1, 1]);
  });
});
