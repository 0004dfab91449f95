import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBulkDelete } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import { loadConfig } from '@winnow/config';
import { findBulkDeleteForWork } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createMailer } from '@winnow/notification';
import { createDoorbell, type Doorbell, QUEUES } from '@winnow/queue';
import { buildWorker, type RunningWorker, workerSettings } from '@winnow/worker';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startCountingReceiver } from '../support/counting-receiver.ts';
import { addLeads } from '../support/deleted-leads.ts';
import {
  actorOf,
  createDatabase,
  createEngine,
  createOrganization,
  createRecordingDoorbell,
  describeOnEachQueue,
  queueFor,
  requestFor,
  spawnWorker,
  type TestDatabase,
  type TestOrganization,
  type TestProcess,
  type TestQueue,
  waitFor,
} from '../support/index.ts';
import { readDeliveries, readSubscription, subscribe } from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const LEADS = 60;
const PAGE_SIZE = 10;
const LEAD_DELETED = [{ object_type: 'lead', action: 'deleted' }];
const logger = createLogger({ name: 'test', level: 'silent' });

describeOnEachQueue('webhooks of a worker', (backend) => {
  let database: TestDatabase;
  let org: TestOrganization;
  let queue: TestQueue;
  let mailDir: string;
  let doorbell: Doorbell;
  let workers: RunningWorker[];
  let processes: TestProcess[];

  beforeEach(async () => {
    database = await createDatabase();
    org = await createOrganization(database.db);
    queue = await queueFor(backend, database.url);
    mailDir = await mkdtemp(path.join(tmpdir(), 'winnow-webhooks-'));
    doorbell = createDoorbell(queue.settings, logger);
    workers = [];
    processes = [];
  });

  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close(20_000)));
    for (const each of processes) each.kill('SIGKILL');
    await Promise.all(processes.map(({ exited }) => exited));
    await doorbell.close();
    await database.drop();
    await rm(mailDir, { recursive: true });
  });

  const envWith = (changes: Readonly<Record<string, string>>) => ({
    ...queue.env,
    WINNOW_MAIL_DIR: mailDir,
    WINNOW_PAGE_SIZE: String(PAGE_SIZE),
    WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
    // Nothing that is answered may time out on a busy machine.
    WINNOW_WEBHOOK_TIMEOUT_MS: '20000',
    ...changes,
  });

  function startWorker(changes: Readonly<Record<string, string>> = {}): void {
    const config = loadConfig(envWith(changes));
    const settings = workerSettings(config);
    const mailer = createMailer({ mailDir, from: config.WINNOW_MAIL_FROM });
    workers.push(buildWorker({ db: database.db, catalog: CRM_CATALOG, doorbell, mailer, logger, settings }));
  }

  async function deleteAll(through: Doorbell = doorbell): Promise<string> {
    const engine = { ...createEngine(database.db, { pageSize: PAGE_SIZE }), doorbell: through };
    return (await createBulkDelete(engine, actorOf(org), requestFor('lead', []))).id;
  }

  const untilDone = (id: string) =>
    waitFor(async () => (await findBulkDeleteForWork(database.db, id))?.status === 'done', {
      what: 'the bulk delete to be done',
    });

  it('A receiver that answers gets everything while another hangs and a third is dead, and so does the bulk delete.', async () => {
    const healthy = await startCountingReceiver();
    const open: (() => void)[] = [];
    const hanging = await startReceiver((response) => open.push(() => response.destroy()));
    const dead = await startReceiver();
    await dead.close();
    const { db } = database;
    const hangingId = await subscribe(db, org, { url: hanging.url, events: LEAD_DELETED });
    const deadId = await subscribe(db, org, { url: dead.url, events: LEAD_DELETED });
    await subscribe(db, org, { url: healthy.url, events: LEAD_DELETED });
    const leads = await addLeads(db, org, LEADS);
    // The reconciler is as good as away: by rings alone. A hanging POST outlasts everything that is waited for.
    startWorker({ WINNOW_RECONCILE_MS: '600000' });
    const id = await deleteAll();
    await untilDone(id);
    await waitFor(() => healthy.eventIds.size === LEADS, { what: 'every event to arrive' });
    expect(hanging.received.length).toBeGreaterThan(0);
    // Nothing has come of any of them: what the healthy one got, it got beside them.
    const rows = await readDeliveries(db, hangingId);
    expect(rows.every(({ status, attempts }) => status === 'pending' && attempts === 0)).toBe(true);
    expect(new Set(healthy.eventIds.keys())).toEqual(new Set(leads));
    expect(healthy.repetitions()).toBe(0);
    await waitFor(async () => (await readSubscription(db, deadId)).resting_until !== null, {
      what: 'the dead receiver to be given a rest',
    });
    for (const close of open) close();
  });

  it('Without a single ring everything is found and sent, by two workers, nothing twice.', async () => {
    const receiver = await startCountingReceiver();
    const id = await subscribe(database.db, org, { url: receiver.url, events: LEAD_DELETED });
    const leads = await addLeads(database.db, org, LEADS);
    await deleteAll(createRecordingDoorbell());
    startWorker({ WINNOW_RECONCILE_MS: '100' });
    startWorker({ WINNOW_RECONCILE_MS: '100' });
    await waitFor(() => receiver.eventIds.size === LEADS, { what: 'every event to arrive' });
    await waitFor(
      async () => (await readDeliveries(database.db, id)).every(({ status }) => status === 'delivered'),
      { what: 'the last delivery to be written down' },
    );
    expect(new Set(receiver.eventIds.keys())).toEqual(new Set(leads));
    expect([receiver.repetitions(), receiver.strangers()]).toEqual([0, 0]);
  });

  it('What fails is rung for again when its pause is over.', async () => {
    const receiver = await startReceiver((response, requestNo) =>
      response.writeHead(requestNo <= 2 ? 503 : 200).end(),
    );
    await subscribe(database.db, org, { url: receiver.url, events: LEAD_DELETED });
    await addLeads(database.db, org, 1);
    startWorker({ WINNOW_RECONCILE_MS: '600000', WINNOW_DELIVERY_RETRY_BASE_MS: '100' });
    await deleteAll();
    await waitFor(() => receiver.received.length === 3, { what: 'the third attempt' });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('A worker that is killed in the middle of a turn leaves the rest to another, which repeats at most what was not written down.', async () => {
    const receiver = await startCountingReceiver({ stopAfter: 25 });
    const id = await subscribe(database.db, org, { url: receiver.url, events: LEAD_DELETED });
    const leads = await addLeads(database.db, org, LEADS);
    const env = envWith({ LOG_LEVEL: 'info' });
    const first = await spawnWorker(env);
    processes.push(first);
    await deleteAll();
    await waitFor(() => receiver.isStuck(), { what: 'the first worker to be in the middle' });
    first.kill('SIGKILL');
    await first.exited;
    receiver.goOn();
    // Its lease ends by itself: nothing else ends it.
    expect((await readSubscription(database.db, id)).leased_until).not.toBeNull();
    startWorker({ WINNOW_RECONCILE_MS: '100' });
    await waitFor(() => receiver.eventIds.size === LEADS, { what: 'every event to arrive' });
    expect(new Set(receiver.eventIds.keys())).toEqual(new Set(leads));
    expect(receiver.strangers()).toBe(0);
    expect(receiver.repetitions()).toBeLessThanOrEqual(LEADS);
    await waitFor(
      async () => (await readDeliveries(database.db, id)).every(({ status }) => status === 'delivered'),
      { what: 'the last delivery to be written down' },
    );
    const rows = await readDeliveries(database.db, id);
    expect(rows.reduce((sum, { n_sent }) => sum + n_sent, 0)).toBe(LEADS);
  });

  it('A ring for a subscription that there is not, or that has nothing to send, does nothing.', async () => {
    startWorker();
    const id = await subscribe(database.db, org, { events: [{ object_type: 'task', action: 'deleted' }] });
    expect(await doorbell.ring(QUEUES.webhook, id)).toBe(true);
    expect(await doorbell.ring(QUEUES.webhook, org.organizationId)).toBe(true);
    expect(await doorbell.ring(QUEUES.webhook, 'no-uuid')).toBe(true);
    const receiver = await startCountingReceiver();
    await subscribe(database.db, org, { url: receiver.url, events: LEAD_DELETED });
    await addLeads(database.db, org, 1);
    await deleteAll();
    await waitFor(() => receiver.eventIds.size === 1, { what: 'the worker to go on' });
    expect((await readSubscription(database.db, id)).lease_no).toBe(0);
  });
});
