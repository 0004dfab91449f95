import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  buildPageGate,
  countRows,
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  describeOnRedis,
  type PageGate,
  queueFor,
  requestFor,
  spawnApi,
  spawnWorker,
  type TestOrganization,
  type TestQueue,
  waitFor,
} from '../support/index.ts';

const LEADS = 60;
const PAGE_SIZE = 10;
/** What the design promises: another worker goes on within this time. */
const TAKE_OVER_MS = 10_000;

let db: Db;
let url: string;
let org: TestOrganization;
let gate: PageGate;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  gate = await buildPageGate(url, 'lead');
});

afterEach(() => gate.end());

async function insertLeads(target: Db, organizationId: string, n = LEADS): Promise<void> {
  await sql`
    with made as (
      insert into lead (id, organization_id, name)
      select gen_random_uuid(), ${organizationId}, 'Lead ' || i from generate_series(1, ${n}) as i
      returning id
    )
    insert into activity (id, organization_id, type, lead_id)
    select gen_random_uuid(), ${organizationId}, 'note', id from made, generate_series(1, 2)
  `.execute(target);
}

async function expectExact(target: Db, done: Readonly<Record<string, unknown>>, n = LEADS): Promise<void> {
  expect(done).toMatchObject({
    status: 'done',
    n_objects: n,
    n_objects_processed: n,
    n_objects_deleted: n,
    n_objects_not_found: 0,
    n_objects_failed: 0,
    n_leads_processed: n,
    deleted_counts: { lead: n, 'activity.note': 2 * n },
  });
  expect(await countRows(target, 'lead')).toBe(0);
  expect(await countRows(target, 'archive.lead')).toBe(n);
  expect(await countRows(target, 'archive.activity')).toBe(2 * n);
}

/** Nobody gets an answer from the queue meanwhile: what a worker has done, it cannot acknowledge. */
async function whileQueueIsSilent(queue: TestQueue, work: () => Promise<void>): Promise<void> {
  if (queue.redis) {
    const { pid } = queue.redis;
    process.kill(pid, 'SIGSTOP');
    return work().finally(() => process.kill(pid, 'SIGCONT'));
  }
  await db.transaction().execute(async (holder) => {
    const { rows } = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'bullmq'
    `.execute(holder);
    for (const { name } of rows)
      await sql`lock table ${sql.id('bullmq', name)} in access exclusive mode`.execute(holder);
    await work();
  });
}

const deleteAllLeads = {
  s_query: requestFor('lead', []).sQuery,
  match_all: true,
  send_done_email: false,
};

describeOnEachQueue('a bulk delete', (backend) => {
  async function start() {
    const queue = await queueFor(backend, url);
    const env = { ...queue.env, WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_LANES: '1' };
    const api = await spawnApi(env);
    return { env, queue, client: createHttpClient(api.url, org.apiKey) };
  }

  it('whose worker is killed in the middle of a page is taken over within 10 s and ends exact', async () => {
    const { env, client } = await start();
    await insertLeads(db, org.organizationId);
    await gate.close();
    const first = await spawnWorker(env);
    const id = await client.startBulkDelete(deleteAllLeads);
    await gate.waitForPage();
    await spawnWorker(env);

    first.kill('SIGKILL');
    const killedAt = Date.now();
    await gate.open();
    await waitFor(async () => (await countRows(db, 'archive.lead')) > 0, { what: 'the next page' });

    expect(Date.now() - killedAt).toBeLessThan(TAKE_OVER_MS);
    await expectExact(db, await client.waitForEnd(id));
  });

  it('whose worker is killed after a commit and before it acknowledged the job ends exact, and is announced once', async () => {
    const { env, queue, client } = await start();
    await insertLeads(db, org.organizationId, PAGE_SIZE);
    await gate.close();
    const first = await spawnWorker(env);
    const id = await client.startBulkDelete(deleteAllLeads);
    await gate.waitForPage();

    await whileQueueIsSilent(queue, async () => {
      await gate.open();
      await waitFor(async () => (await countRows(db, 'lead')) === 0, { what: 'the commit' });
      first.kill('SIGKILL');
      await first.exited;
    });

    await spawnWorker(env);
    await expectExact(db, await client.waitForEnd(id), PAGE_SIZE);
    await waitFor(
      async () =>
        (await db.selectFrom('event').select('id').where('date_relayed', 'is', null).execute()).length === 0,
      { what: 'the relay of all events' },
    );
    const completed = await db.selectFrom('event').select('id').where('action', '=', 'completed').execute();
    expect(completed).toHaveLength(1);
  });

  it('with five workers killed one after the other ends exact', async () => {
    const { env, client } = await start();
    await insertLeads(db, org.organizationId);
    await gate.close();
    const id = await client.startBulkDelete(deleteAllLeads);
    for (let round = 0; round < 5; round += 1) {
      const worker = await spawnWorker(env);
      await gate.waitForPage();
      worker.kill('SIGKILL');
      await worker.exited;
    }
    await spawnWorker(env);
    await gate.open();

    await expectExact(db, await client.waitForEnd(id));
  });

  it('with two workers at it is worked on by both and counts every record once', async () => {
    const { env, client } = await start();
    await insertLeads(db, org.organizationId, 300);
    await gate.close();
    await Promise.all([
      spawnWorker({ ...env, WINNOW_LANES: '2' }),
      spawnWorker({ ...env, WINNOW_LANES: '2' }),
    ]);
    const id = await client.startBulkDelete(deleteAllLeads);
    await waitFor(async () => (await gate.countPages()) === 2, { what: 'two pages at once' });
    await gate.open();

    await expectExact(db, await client.waitForEnd(id), 300);
  });

  it('whose worker is told to stop in the middle of a page keeps that page, and the next worker does the rest', async () => {
    const { env, client } = await start();
    await insertLeads(db, org.organizationId);
    await gate.close();
    const first = await spawnWorker(env);
    const id = await client.startBulkDelete(deleteAllLeads);
    await gate.waitForPage();

    first.kill('SIGTERM');
    await waitFor(() => first.output().includes('SIGTERM'), { what: 'the worker to take note' });
    await gate.open();
    expect(await first.exited).toEqual({ code: 0, signal: null });

    expect(await countRows(db, 'archive.lead')).toBe(PAGE_SIZE);
    await spawnWorker(env);
    await expectExact(db, await client.waitForEnd(id));
  });
});

describeOnRedis('a bulk delete', () => {
  async function start() {
    const queue = await queueFor('redis', url);
    if (!queue.redis) throw new Error('the Redis queue has no Redis');
    const env = { ...queue.env, WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_LANES: '1' };
    const api = await spawnApi(env);
    return { env, redis: queue.redis, client: createHttpClient(api.url, org.apiKey) };
  }

  it('goes on and ends exact when all queue items are lost in the middle of it', async () => {
    const { env, redis, client } = await start();
    await insertLeads(db, org.organizationId);
    await gate.close();
    await spawnWorker({ ...env, WINNOW_SLICE_MS: '1' });
    const id = await client.startBulkDelete(deleteAllLeads);
    await gate.waitForPage();

    expect(await redis.send('FLUSHALL')).toBe('+OK');

    await gate.open();
    await expectExact(db, await client.waitForEnd(id));
  });

  it('is accepted within 2 s while Redis is down, and runs once it is back', async () => {
    const { env, redis, client } = await start();
    await insertLeads(db, org.organizationId);
    await redis.stop();
    await spawnWorker(env);

    const askedAt = Date.now();
    const id = await client.startBulkDelete(deleteAllLeads);
    expect(Date.now() - askedAt).toBeLessThan(2000);
    expect((await client.get(`bulk_action/delete/${id}/`)).body).toMatchObject({
      status: 'created',
      n_objects: null,
    });

    await redis.restart();
    await expectExact(db, await client.waitForEnd(id));
  });
});
