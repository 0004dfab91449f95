import type { Db } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createDoorbell, QUEUES } from '@winnow/queue';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  buildPageGate,
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  type PageGate,
  queueFor,
  spawnApi,
  spawnWorker,
  type TestOrganization,
  type TestQueue,
  waitFor,
} from '../support/index.ts';
import {
  countEvents,
  DELETE_ALL_LEADS,
  expectAllDeleted,
  insertLeadsWithNotes,
} from '../support/lead-deletion.ts';

const LEADS = 200;
const PAGE_SIZE = 10;
const REDELIVERIES = 5;

let db: Db;
let url: string;
let org: TestOrganization;
let gate: PageGate;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  await insertLeadsWithNotes(db, org.organizationId, LEADS);
  gate = await buildPageGate(url, 'lead');
  await gate.close();
});

afterEach(() => gate.end());

/** Takes the lock of every job in hand away from its worker, which lives: the queue finds them stalled. */
async function loseLocks({ redis }: TestQueue): Promise<void> {
  if (redis) {
    const script = `return redis.call('del',unpack(redis.call('keys','winnow:bulk-delete:*:lock')))`;
    expect(await redis.send(`EVAL "${script}" 0`)).toMatch(/^:[1-9]/);
    return;
  }
  const lost = await sql`
    update bullmq.job set lock_token = 'nobody', locked_until_ms = 1
    where queue = 'bulk-delete' and state = 'active' returning id
  `.execute(db);
  expect(lost.rows.length).toBeGreaterThan(0);
}

describeOnEachQueue('a job that two workers get', (backend) => {
  /** A page in the hands of a worker that asks nobody for help, and another worker that would help. */
  async function start() {
    const queue = await queueFor(backend, url);
    const env = { ...queue.env, ...GATE_PATIENCE, WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_LANES: '1' };
    // With its one job in hand it cannot be the one who gets it again.
    const busy = { ...env, WINNOW_WORKER_CONCURRENCY: '1' };
    const [api] = await Promise.all([spawnApi(env), spawnWorker(busy)]);
    const client = createHttpClient(api.url, org.apiKey);
    const id = await client.startBulkDelete(DELETE_ALL_LEADS);
    await gate.waitForPage();
    await spawnWorker({ ...env, WINNOW_LANES: '2' });
    return { queue, client, id };
  }

  async function expectExact(done: Readonly<Record<string, unknown>>): Promise<void> {
    await expectAllDeleted(db, done, LEADS);
    const pages = await db.selectFrom('bulk_delete_page').select(['status', 'n_deleted']).execute();
    expect(pages).toEqual(Array.from(pages, () => ({ status: 'done', n_deleted: PAGE_SIZE })));
    expect(pages).toHaveLength(LEADS / PAGE_SIZE);
    expect(await countEvents(db, 'completed')).toBe(1);
  }

  it('because it was put into the queue many times is worked on by both, no page twice', async () => {
    const { queue, client, id } = await start();
    const row = await db.selectFrom('bulk_delete').select('id').executeTakeFirstOrThrow();
    const doorbell = createDoorbell(queue.settings, createLogger({ name: 'test', level: 'silent' }));
    for (let n = 0; n < REDELIVERIES; n += 1)
      await waitFor(() => doorbell.ring(QUEUES.bulkDelete, row.id), { what: 'the ring to be taken' });
    await doorbell.close();
    await waitFor(async () => (await gate.countPages()) === 2, { what: 'two pages at once' });
    await gate.open();
    await expectExact(await client.waitForEnd(id));
  });

  it('because it stalled while its worker lives is worked on by both, no page twice', async () => {
    const { queue, client, id } = await start();
    await loseLocks(queue);
    await waitFor(async () => (await gate.countPages()) === 2, { what: 'two pages at once' });
    await gate.open();
    await expectExact(await client.waitForEnd(id));
  });
});
