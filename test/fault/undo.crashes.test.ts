import { createBulkDelete } from '@winnow/bulk-delete';
import { CRM_CATALOG, encodeId } from '@winnow/catalog';
import type { Db, JsonObject } from '@winnow/db';
import { type EventCursor, type EventPage, listEvents } from '@winnow/event-log';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CountingReceiver, startCountingReceiver } from '../support/counting-receiver.ts';
import {
  actorOf,
  buildPageGate,
  countRows,
  createDatabase,
  createEngine,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  describeOnRedis,
  GATE_PATIENCE,
  type PageGate,
  queueFor,
  readRows,
  requestFor,
  spawnApi,
  spawnWorker,
  type TestOrganization,
  waitFor,
  workToEnd,
} from '../support/index.ts';
import { subscribe } from '../support/notification.ts';

const LEADS = 60;
const PAGE_SIZE = 10;
/** What the design promises: another worker goes on within this time. */
const TAKE_OVER_MS = 10_000;
/** In which it must have come each time, also on a machine that is busy with something else for a moment. */
const SLOW_TAKE_OVER_MS = 30_000;
const MOST_KILLS = 3;
const TABLES = Object.keys(CRM_CATALOG.tables).flatMap((name) => [name, `archive.${name}`]);

let db: Db;
let url: string;
let org: TestOrganization;
let gate: PageGate;
let before: Awaited<ReturnType<typeof readWorld>>;
/** Of a finished bulk delete that took all leads, as the wire has it. */
let bulkDelete: string;

async function makeWorld(): Promise<void> {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  await insertLeads();
  before = await readWorld();
  const engine = createEngine(db, { pageSize: PAGE_SIZE });
  const { id } = await createBulkDelete(engine, actorOf(org), requestFor('lead', []));
  await workToEnd(engine, id);
  bulkDelete = encodeId('bulkdelete', id);
  // In the middle of an undo's page: leads are back, nothing else is.
  gate = await buildPageGate(url, 'archive.lead');
}

beforeEach(makeWorld);

afterEach(() => gate.end());

async function insertLeads(): Promise<void> {
  await sql`
    with made as (
      insert into lead (id, organization_id, name)
      select gen_random_uuid(), ${org.organizationId}, 'Lead ' || i from generate_series(1, ${LEADS}) as i
      returning id
    )
    insert into activity (id, organization_id, type, lead_id)
    select gen_random_uuid(), ${org.organizationId}, 'note', id from made, generate_series(1, 2)
  `.execute(db);
  await sql`
    insert into document (id, organization_id, name, lead_id)
    select gen_random_uuid(), ${org.organizationId}, 'paper', id from lead
  `.execute(db);
}

async function readWorld() {
  return Promise.all(TABLES.map((table) => readRows(db, table, ['date_archived'])));
}

/** Nothing is lost and nothing is there twice, whatever has been committed. */
async function expectNothingLost(): Promise<void> {
  for (const [table, n] of [
    ['lead', LEADS],
    ['activity', 2 * LEADS],
  ] as const) {
    const [live, archived] = [await readRows(db, table), await readRows(db, `archive.${table}`)];
    expect(new Set([...live.keys(), ...archived.keys()]).size).toBe(n);
    expect(live.size + archived.size).toBe(n);
  }
}

async function expectExact(done: Readonly<Record<string, unknown>>): Promise<void> {
  expect(done).toMatchObject({
    status: 'done',
    n_objects: 3 * LEADS,
    n_objects_restored: 3 * LEADS,
    n_objects_failed: 0,
    n_objects_not_found: 0,
    n_links_restored: LEADS,
    restored_counts: { lead: LEADS, 'activity.note': 2 * LEADS },
  });
  expect(await readWorld()).toEqual(before);
  expect(await countRows(db, 'archive.detached_link')).toBe(0);
  const announced = (await readReturns()).map(({ object_id }) => object_id);
  expect(announced).toHaveLength(3 * LEADS);
  expect(new Set(announced).size).toBe(3 * LEADS);
}

/** The events of records that came back, as the log has them. */
async function readReturns(): Promise<readonly JsonObject[]> {
  const deps = { db, catalog: CRM_CATALOG, publicUrl: 'https://winnow.example' };
  const ask = { organizationId: org.organizationId, filter: { action: 'restored', dates: {} }, limit: 50 };
  const found: JsonObject[] = [];
  for (let cursor: EventCursor | null = null; ; ) {
    const page: EventPage | undefined = await listEvents(deps, { ...ask, cursor });
    found.push(...(page?.events ?? []));
    cursor = page?.next ?? null;
    if (cursor === null) return found;
  }
}

/** Has leads that came back sent to a receiver. */
async function subscribeToReturns(): Promise<CountingReceiver> {
  const receiver = await startCountingReceiver();
  await subscribe(db, org, { url: receiver.url, events: [{ object_type: 'lead', action: 'restored' }] });
  return receiver;
}

/** Each lead is announced, and none under two ids: that of the log. */
async function expectAnnounced(receiver: CountingReceiver): Promise<void> {
  await waitFor(() => receiver.eventIds.size === LEADS, {
    what: 'every lead to be told of',
    timeoutMs: 60_000,
  });
  expect(receiver.strangers()).toBe(0);
  const leads = (await readReturns()).filter(({ object_type }) => object_type === 'lead');
  expect(receiver.eventIds).toEqual(new Map(leads.map(({ object_id, id }) => [object_id, id])));
}

type Env = Readonly<Record<string, string>>;

async function startApi(env: Env) {
  const api = await spawnApi(env);
  const client = createHttpClient(api.url, org.apiKey);
  return {
    async startUndo(): Promise<string> {
      const { status, body } = await client.post(`bulk_action/delete/${bulkDelete}/undo/`, {
        send_done_email: false,
      });
      if (status !== 200 || typeof body.id !== 'string') throw new Error(`answered ${status}`);
      return body.id;
    },
    async waitForEnd(id: string) {
      return waitFor(
        async () => {
          const { body } = await client.get(`bulk_action/undo/${id}/`);
          return ['done', 'error', 'cancelled'].includes(String(body.status)) ? body : null;
        },
        { what: `undo ${id} to end`, timeoutMs: 60_000 },
      );
    },
  };
}

describeOnEachQueue('an undo', (backend) => {
  async function start() {
    const queue = await queueFor(backend, url);
    const env = {
      ...queue.env,
      ...GATE_PATIENCE,
      WINNOW_PAGE_SIZE: String(PAGE_SIZE),
      WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
    };
    return { env, ...(await startApi(env)) };
  }

  async function killAndTakeOver(): Promise<number> {
    const { env, startUndo, waitForEnd } = await start();
    const receiver = await subscribeToReturns();
    await gate.close();
    const first = await spawnWorker(env);
    const id = await startUndo();
    await gate.waitForPage();
    await spawnWorker(env);

    first.kill('SIGKILL');
    const killedAt = Date.now();
    await expectNothingLost();
    await gate.open();
    await waitFor(async () => (await countRows(db, 'lead')) > 0, {
      what: 'the next page',
      timeoutMs: 2 * SLOW_TAKE_OVER_MS,
    });

    const tookMs = Date.now() - killedAt;
    await expectExact(await waitForEnd(id));
    await expectAnnounced(receiver);
    return tookMs;
  }

  it('whose worker is killed in the middle of a page is taken over within 10 s and ends exact, each record announced', async () => {
    const times = [await killAndTakeOver()];
    // The promise is of the design, and may fail a machine that is busy just then, but not every time.
    while (Math.min(...times) >= TAKE_OVER_MS && times.length < MOST_KILLS) {
      await gate.end();
      await makeWorld();
      times.push(await killAndTakeOver());
    }
    expect(Math.min(...times)).toBeLessThan(TAKE_OVER_MS);
    expect(Math.max(...times)).toBeLessThan(SLOW_TAKE_OVER_MS);
  });

  it('with three workers killed one after the other ends exact', async () => {
    const { env, startUndo, waitForEnd } = await start();
    await gate.close();
    const id = await startUndo();
    for (let round = 0; round < 3; round += 1) {
      const worker = await spawnWorker(env);
      await gate.waitForPage();
      worker.kill('SIGKILL');
      await worker.exited;
      await expectNothingLost();
    }
    await spawnWorker(env);
    await gate.open();

    await expectExact(await waitForEnd(id));
  });

  it('whose worker is told to stop in the middle of a page keeps that page, and the next worker does the rest', async () => {
    const { env, startUndo, waitForEnd } = await start();
    await gate.close();
    const first = await spawnWorker(env);
    const id = await startUndo();
    await gate.waitForPage();

    first.kill('SIGTERM');
    await waitFor(() => first.output().includes('SIGTERM'), { what: 'the worker to take note' });
    await gate.open();
    expect(await first.exited).toEqual({ code: 0, signal: null });

    expect(await countRows(db, 'lead')).toBe(PAGE_SIZE);
    await expectNothingLost();
    await spawnWorker(env);
    await expectExact(await waitForEnd(id));
  });
});

describeOnRedis('an undo', () => {
  it('goes on and ends exact when all queue items are lost in the middle of it', async () => {
    const queue = await queueFor('redis', url);
    if (!queue.redis) throw new Error('the Redis queue has no Redis');
    const env = { ...queue.env, ...GATE_PATIENCE, WINNOW_SLICE_MS: '1' };
    const { startUndo, waitForEnd } = await startApi(env);
    await gate.close();
    await spawnWorker(env);
    const id = await startUndo();
    await gate.waitForPage();

    expect(await queue.redis.send('FLUSHALL')).toBe('+OK');

    await gate.open();
    await expectExact(await waitForEnd(id));
  });
});
