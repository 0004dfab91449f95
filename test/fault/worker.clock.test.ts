import { createBulkDelete } from '@winnow/bulk-delete';
import type { Db } from '@winnow/db';
import { beforeEach, expect, it } from 'vitest';
import {
  actorOf,
  buildPageGate,
  countRows,
  createDatabase,
  createEngine,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  queueFor,
  requestFor,
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
import { startMailServer } from '../support/mail-server.ts';
import { subscribe } from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import { preload } from './preload/preload.ts';

const LEADS = 60;
const HOUR_MS = 3_600_000;
/** What receivers forgive in the time stamp of a signature (Standard Webhooks). */
const TOLERANCE_MS = 300_000;
/** As many failures as give a receiver a rest. */
const REFUSALS = 5;

let db: Db;
let url: string;
let org: TestOrganization;
beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  await insertLeadsWithNotes(db, org.organizationId, LEADS);
});

const shiftedBy = (ms: number) => preload('shifted-clock', { TEST_CLOCK_SHIFT_MS: String(ms) });

describeOnEachQueue('a worker whose clock is an hour', (backend) => {
  async function prepare(changes: Readonly<Record<string, string>> = {}) {
    const queue = await queueFor(backend, url);
    return {
      ...queue.env,
      ...GATE_PATIENCE,
      WINNOW_PAGE_SIZE: '10',
      WINNOW_SLICE_MS: '1',
      WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
      WINNOW_DELIVERY_RETRY_BASE_MS: '200',
      ...changes,
    };
  }

  it.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('%s, alone and beside a right one: exact, e-mail and webhook are sent once', async (_name, shiftMs) => {
    const mailServer = await startMailServer({
      onMessage: (no) => (no === 1 ? { code: 451, text: 'come back' } : undefined),
    });
    const receiver = await startReceiver((response, no) =>
      response.writeHead(no <= REFUSALS ? 503 : 200).end(),
    );
    const pageEvents = [{ object_type: 'lead', action: 'deleted' }];
    await subscribe(db, org, { url: receiver.url, events: pageEvents });
    const env = await prepare({ SMTP_URL: mailServer.url });
    const [api] = await Promise.all([spawnApi(env), spawnWorker({ ...env, ...shiftedBy(shiftMs) })]);
    const client = createHttpClient(api.url, org.apiKey);

    const first = { ...DELETE_ALL_LEADS, send_done_email: true };
    await expectAllDeleted(db, await client.waitForEnd(await client.startBulkDelete(first)), LEADS);
    await waitFor(() => mailServer.accepted.length === 1, { what: 'the e-mail' });
    await waitFor(() => receiver.received.length >= LEADS + REFUSALS, { what: 'the webhooks' });
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(LEADS);
    for (const { headers } of receiver.received) {
      const signedAt = Number(headers['webhook-timestamp']) * 1000;
      expect(Math.abs(signedAt - Date.now())).toBeLessThan(TOLERANCE_MS);
    }

    await spawnWorker(env);
    await insertLeadsWithNotes(db, org.organizationId, LEADS);
    const second = await client.waitForEnd(await client.startBulkDelete(DELETE_ALL_LEADS));
    expect(second).toMatchObject({ status: 'done', n_objects_deleted: LEADS, n_objects_not_found: 0 });
    await waitFor(() => receiver.received.length >= 2 * LEADS + REFUSALS, { what: 'the webhooks' });
    expect(receiver.received).toHaveLength(2 * LEADS + REFUSALS);
    expect(mailServer.given()).toBe(2);
    expect(mailServer.accepted).toHaveLength(1);
    expect(await countRows(db, 'archive.lead')).toBe(2 * LEADS);
    expect(await countEvents(db, 'completed')).toBe(2);
  });

  it('ahead, killed with the job of a reconciler in its hands: another goes on within the minute, not the hour', async () => {
    // One turn for all pages, in the job that began it.
    const env = await prepare({ WINNOW_SLICE_MS: '600000', WINNOW_LANES: '1' });
    const gate = await buildPageGate(url, 'lead');
    await gate.close();
    const doomed = await spawnWorker({ ...env, ...shiftedBy(HOUR_MS) });
    // Nobody rings for it: the job that it waits for is the reconciler's, whose name is taken from then on.
    await createBulkDelete(createEngine(db), actorOf(org), requestFor('lead', []));
    await gate.waitForPage();
    doomed.kill('SIGKILL');
    await doomed.exited;
    await spawnWorker(env);
    await gate.open();
    await waitFor(async () => (await countRows(db, 'archive.lead')) === LEADS, {
      what: 'the bulk delete to end',
    });
    expect(await countEvents(db, 'completed')).toBe(1);
    await gate.end();
  });
});
