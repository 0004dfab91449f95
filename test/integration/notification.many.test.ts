import { createBulkDelete } from '@winnow/bulk-delete';
import { findBulkDeleteForWork } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createDoorbell } from '@winnow/queue';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCountingReceiver } from '../support/counting-receiver.ts';
import { addLeads } from '../support/deleted-leads.ts';
import {
  actorOf,
  createDatabase,
  createEngine,
  createOrganization,
  queueFor,
  requestFor,
  spawnWorker,
  type TestDatabase,
  type TestOrganization,
  type TestProcess,
  waitFor,
} from '../support/index.ts';
import { readDeliveries, readSubscription, subscribe } from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const LEADS = 100_000;
const PAGE_SIZE = 1000;
const BATCH = 500;
/** Far less than the events take together: a worker that kept them would end here. */
const WORKER_HEAP_MB = 128;
/** For what takes about a minute on two free cores. */
const TIMEOUT_MS = 600_000;
const LEAD_DELETED = [{ object_type: 'lead', action: 'deleted' }];

let database: TestDatabase;
let org: TestOrganization;
let worker: TestProcess | undefined;

beforeAll(async () => {
  database = await createDatabase();
  org = await createOrganization(database.db);
});

afterAll(async () => {
  worker?.kill('SIGKILL');
  await worker?.exited;
});

it(
  'A hundred thousand deletions reach who asks for them one by one and in batches, each of them once, from a worker of little memory, and receivers that hang or fail hold up neither them nor the bulk delete.',
  async () => {
    const { db, url } = database;
    const single = await startCountingReceiver();
    const batched = await startCountingReceiver();
    const hanging = await startReceiver(() => {});
    const failing = await startReceiver((response) => response.writeHead(500).end());
    const to = (receiver: { readonly url: string }, batch?: number) =>
      subscribe(db, org, {
        url: receiver.url,
        events: LEAD_DELETED,
        ...(batch === undefined ? {} : { batch }),
      });
    const healthy = [await to(single), await to(batched, BATCH)];
    const hostile = [await to(hanging), await to(failing)];
    const leads = await addLeads(db, org, LEADS);

    const queue = await queueFor('postgres', url);
    worker = await spawnWorker({
      ...queue.env,
      WINNOW_PAGE_SIZE: String(PAGE_SIZE),
      WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
      // A hanging POST outlasts the bulk delete.
      WINNOW_WEBHOOK_TIMEOUT_MS: String(TIMEOUT_MS),
      NODE_OPTIONS: `--max-old-space-size=${WORKER_HEAP_MB}`,
    });
    const doorbell = createDoorbell(queue.settings, createLogger({ name: 'test', level: 'silent' }));
    const engine = { ...createEngine(db, { pageSize: PAGE_SIZE }), doorbell };
    const { id } = await createBulkDelete(engine, actorOf(org), requestFor('lead', []));
    await doorbell.close();
    await waitFor(async () => (await findBulkDeleteForWork(db, id))?.status === 'done', {
      timeoutMs: TIMEOUT_MS,
      what: 'the bulk delete to be done',
    });
    expect(hanging.received.length).toBeGreaterThan(0);
    await waitFor(() => single.eventIds.size === LEADS && batched.eventIds.size === LEADS, {
      timeoutMs: TIMEOUT_MS,
      what: 'every event to arrive',
    });

    for (const receiver of [single, batched]) {
      expect(new Set(receiver.eventIds.keys())).toEqual(new Set(leads));
      expect([receiver.repetitions(), receiver.strangers()]).toEqual([0, 0]);
    }
    expect(new Set(single.eventIds.values()).size).toBe(LEADS);
    expect(batched.eventIds).toEqual(single.eventIds);
    expect(single.posts()).toBe(LEADS);
    expect(batched.posts()).toBe(LEADS / BATCH);

    for (const subscription of healthy) {
      await waitFor(
        async () =>
          (await readDeliveries(db, subscription)).every(
            ({ status, n_events, n_sent }) => status === 'delivered' && n_events === n_sent,
          ),
        { what: 'the last deliveries to be written down' },
      );
    }
    for (const subscription of hostile) {
      expect(await readSubscription(db, subscription)).toMatchObject({ status: 'active' });
      const rows = await readDeliveries(db, subscription);
      expect(rows.reduce((sum, { n_events, n_sent }) => sum + n_events - n_sent, 0)).toBe(LEADS);
    }
  },
  TIMEOUT_MS,
);
