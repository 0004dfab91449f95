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
  GATE_PATIENCE,
  type PageGate,
  type QueueBackend,
  queueFor,
  spawnApi,
  spawnWorker,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import {
  countEvents,
  DELETE_ALL_LEADS,
  expectAllDeleted,
  insertLeadsWithNotes,
} from '../support/lead-deletion.ts';

const LEADS = 60;
const PAGE_SIZE = 10;

let db: Db;
let url: string;
let org: TestOrganization;
let gate: PageGate;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  await insertLeadsWithNotes(db, org.organizationId, LEADS);
  gate = await buildPageGate(url, 'lead');
});

afterEach(() => gate.end());

/** A bulk delete with its first page in hand, that goes back to the queue after each page. */
async function start(backend: QueueBackend) {
  const queue = await queueFor(backend, url);
  const env = {
    ...queue.env,
    ...GATE_PATIENCE,
    WINNOW_PAGE_SIZE: String(PAGE_SIZE),
    WINNOW_LANES: '1',
    WINNOW_SLICE_MS: '1',
    WINNOW_RECONCILE_MS: '500',
  };
  await gate.close();
  const [api, worker] = await Promise.all([spawnApi(env), spawnWorker(env)]);
  const client = createHttpClient(api.url, org.apiKey);
  const id = await client.startBulkDelete(DELETE_ALL_LEADS);
  await gate.waitForPage();
  return {
    redis: queue.redis,
    apiUrl: api.url,
    worker,
    async expectExact(nCompleted = 1) {
      await expectAllDeleted(db, await client.waitForEnd(id), LEADS);
      expect(await countEvents(db, 'completed')).toBe(nCompleted);
      for (const { pid } of [api, worker]) expect(process.kill(pid, 0)).toBe(true);
    },
  };
}

describeOnEachQueue('a bulk delete in the middle of a page', (backend) => {
  it('goes on and ends exact when every queue item is lost (FLUSHALL)', async () => {
    const { redis, expectExact } = await start(backend);
    if (redis) expect(await redis.send('FLUSHALL')).toBe('+OK');
    else await sql`truncate bullmq.job, bullmq.meta cascade`.execute(db);
    await gate.open();
    await expectExact();
  });
});

describeOnRedis('a bulk delete in the middle of a page', () => {
  it('goes on and ends exact when Redis is killed and comes back empty, without an append-only file', async () => {
    const { redis, expectExact } = await start('redis');
    await redis?.kill();
    await redis?.restart();
    await gate.open();
    await expectExact();
  });

  it('goes on while Redis is out of memory (noeviction), POSTs are answered, and all end exact once there is room', async () => {
    const { redis, apiUrl, worker, expectExact } = await start('redis');
    const client = createHttpClient(apiUrl, (await createOrganization(db)).apiKey);
    expect(await redis?.send('CONFIG SET maxmemory 1')).toBe('+OK');
    await gate.open();
    await waitFor(async () => (await countRows(db, 'archive.lead')) >= PAGE_SIZE, {
      what: 'the page in hand',
    });
    const second = await client.startBulkDelete(DELETE_ALL_LEADS);
    await waitFor(() => worker.output().includes('OOM command not allowed'), {
      what: 'the worker to be refused',
    });
    expect(await redis?.send('CONFIG SET maxmemory 0')).toBe('+OK');
    expect(await client.waitForEnd(second)).toMatchObject({ status: 'done', n_objects: 0 });
    await expectExact(2);
  });
});
