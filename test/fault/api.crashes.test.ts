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
/** A machine may be so busy; with the long one of the periods, a reconciler that is four times too slow is later still. */
const SLACK_MS = 6_000;

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

  it.each([2_000, 10_000])(
    'leaves a bulk delete that starts within the reconciler’s period (%i ms), runs once and ends exact',
    async (periodMs) => {
      const queue = await queueFor(backend, url);
      const { env, drop } = await stopRings(queue);
      const limits = { WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_ENQUEUE_TIMEOUT_MS: '60000' };
      await postAndKill(await spawnApi({ ...env, ...limits }));
      await drop();
      expect(await countRows(db, 'bulk_delete_page')).toBe(0);

      const api = await spawnApi(queue.env);
      await spawnWorker({
        ...queue.env,
        WINNOW_PAGE_SIZE: String(PAGE_SIZE),
        WINNOW_RECONCILE_MS: String(periodMs),
      });
      // Later than the commit: who made that is gone.
      const readyAt = Date.now();
      const client = createHttpClient(api.url, org.apiKey);
      const found = await waitFor(
        () =>
          db.selectFrom('bulk_delete').selectAll().where('date_started', 'is not', null).executeTakeFirst(),
        { what: 'the bulk delete to be started', timeoutMs: 60_000 },
      );
      const startedAt = found.date_started?.getTime() ?? 0;
      expect(startedAt - readyAt).toBeLessThan(2 * periodMs + SLACK_MS);
      // The pause before a look is shorter than the period by a quarter at most: it was the reconciler who found it.
      expect(startedAt - found.date_created.getTime()).toBeGreaterThan(0.7 * periodMs);
      await expectAllDeleted(db, await client.waitForEnd(found.id), LEADS);
      expect(await countRows(db, 'bulk_delete_page')).toBe(LEADS / PAGE_SIZE);
      expect([await countEvents(db, 'created'), await countEvents(db, 'completed')]).toEqual([1, 1]);
    },
  );
});
