import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { encodeId, newId } from '@winnow/catalog';
import {
  createWebhookSubscription,
  deleteOldDeliveries,
  findDueSubscriptions,
  insertDeliveries,
  leaseSubscription,
  listActiveSubscriptions,
  rotateSignatureKey,
  saveProgress,
  updateWebhookSubscription,
} from '@winnow/db';
import { runTurn } from '@winnow/notification';
import { sql } from 'kysely';
import { generate } from 'selfsigned';
import { Webhook } from 'standardwebhooks';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createDatabase,
  createOrganization,
  type TestDatabase,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import {
  addBulkDeleteEvent,
  endTurn,
  makeDelivery,
  makeDue,
  type NotificationChanges,
  notificationDeps,
  readDatabaseClock,
  readDeliveries,
  readDelivery,
  readSubscription,
  SIGNATURE_KEY,
  subscribe,
  takeTurn,
} from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const RETRY_BASE_MS = 60_000;
const LEASE_MS = 60_000;
const SIGNING_SECRET = `whsec_${Buffer.from(SIGNATURE_KEY, 'hex').toString('base64')}`;

let database: TestDatabase;
let organization: TestOrganization;

beforeAll(async () => {
  database = await createDatabase();
});

beforeEach(async () => {
  organization = await createOrganization(database.db);
});

/** A turn of a subscription. @returns its delivery after it. */
async function turn({ id, deliveryId }: Waiting, changes: NotificationChanges = {}) {
  await takeTurn(database.db, id, { retryBaseMs: RETRY_BASE_MS, ...changes });
  return readDelivery(database.db, deliveryId);
}

/** A subscription with a delivery that is due. */
interface Waiting {
  readonly id: string;
  readonly deliveryId: string;
}

async function deliveryTo(url: string, changes: { readonly verifySsl?: boolean } = {}): Promise<Waiting> {
  const id = await subscribe(database.db, organization, { url, ...changes });
  return { id, deliveryId: await makeDelivery(database.db, organization, 'webhook') };
}

const readAttempts = (deliveryId: string) =>
  database.db
    .selectFrom('delivery_attempt')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .orderBy('attempt')
    .execute();

describe('a turn', () => {
  it('posts the event in the shape of Close, signed in both conventions, and writes down that it was delivered', async () => {
    const receiver = await startReceiver();
    const waiting = await deliveryTo(receiver.url);
    const before = await readDatabaseClock(database.db);
    const row = await turn(waiting);

    const [webhook] = receiver.received;
    const body = String(webhook?.body);
    expect(JSON.parse(body)).toMatchObject({
      subscription_id: encodeId('whsub', waiting.id),
      type: 'bulk_action.delete.completed',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      event: {
        id: encodeId('ev', row.event_id),
        object_type: 'bulk_action.delete',
        action: 'completed',
        organization_id: encodeId('orga', organization.organizationId),
        user_id: encodeId('user', organization.userId),
        api_key_id: encodeId('api', organization.apiKeyId),
        request_id: 'req_test',
        lead_id: null,
        date_created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
        data: { status: 'done', n_objects_deleted: 5 },
        meta: { bulk_action_id: expect.stringMatching(/^bulkdelete_/) },
      },
    });
    expect(webhook?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Winnow',
      'webhook-id': encodeId('ev', row.event_id),
    });

    const timestamp = String(webhook?.headers['close-sig-timestamp']);
    const expected = createHmac('sha256', Buffer.from(SIGNATURE_KEY, 'hex')).update(timestamp + body);
    expect(webhook?.headers['close-sig-hash']).toBe(expected.digest('hex'));
    expect(Number(timestamp)).toBeGreaterThanOrEqual(Math.floor(before.getTime() / 1000));
    const headers = Object.fromEntries(
      Object.entries(webhook?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(new Webhook(SIGNING_SECRET).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(SIGNING_SECRET).verify(`${body} `, headers)).toThrow();

    expect(row).toMatchObject({
      status: 'delivered',
      attempts: 1,
      n_events: 1,
      n_sent: 1,
      last_status_code: 200,
      last_error: null,
    });
    expect(row.date_finished).not.toBeNull();
    expect(await readAttempts(row.id)).toMatchObject([
      { attempt: 1, status_code: 200, error: null, n_sent: 1 },
    ]);
    expect(await readSubscription(database.db, waiting.id)).toMatchObject({
      leased_until: null,
      failures_in_row: 0,
      failing_since: null,
    });
    await takeTurn(database.db, waiting.id);
    expect(receiver.received).toHaveLength(1);
  });

  it('is one at a time for a subscription: of many that begin at once one posts, and the others do nothing', async () => {
    const open: ServerResponse[] = [];
    const receiver = await startReceiver((response) => open.push(response));
    const { id } = await deliveryTo(receiver.url);
    let idle = 0;
    const turns = Array.from({ length: 8 }, async () => {
      const outcome = await takeTurn(database.db, id);
      if (open.length === 0 || !open[0]?.writableEnded) idle += 1;
      return outcome;
    });
    // The one that posts gets its answer only after all others have looked at the subscription.
    await waitFor(() => open.length + idle === 8, { what: 'every turn to post or to give way' });
    for (const response of open) response.end();
    await Promise.all(turns);
    expect(receiver.received).toHaveLength(1);
  });

  it('tries again after a 500, later each time by the clock of the database, with the same event id and body', async () => {
    const receiver = await startReceiver((response, requestNo) => {
      response.statusCode = requestNo <= 2 ? 500 : 204;
      response.end(requestNo <= 2 ? 'try\r\nlater' : '');
    });
    const waiting = await deliveryTo(receiver.url);
    for (const [attempts, longestMs] of [
      [1, RETRY_BASE_MS],
      [2, 2 * RETRY_BASE_MS],
    ] as const) {
      const before = await readDatabaseClock(database.db);
      const row = await turn(waiting);
      const after = await readDatabaseClock(database.db);
      expect(row).toMatchObject({
        status: 'pending',
        attempts,
        failures: attempts,
        last_status_code: 500,
        last_error: 'The receiver answered 500. try later',
        date_finished: null,
      });
      expect(row.next_attempt_at.getTime()).toBeGreaterThanOrEqual(before.getTime() + longestMs / 2);
      expect(row.next_attempt_at.getTime()).toBeLessThanOrEqual(after.getTime() + longestMs);
      expect(await readSubscription(database.db, waiting.id)).toMatchObject({ failures_in_row: attempts });
      const { nextMs } = await takeTurn(database.db, waiting.id);
      expect(nextMs).toBeUndefined();
      expect(receiver.received).toHaveLength(attempts);
      await makeDue(database.db, waiting.deliveryId);
    }
    expect(await turn(waiting)).toMatchObject({ status: 'delivered', attempts: 3, last_error: null });
    const bodies = receiver.received.map(({ body }) => String(body));
    expect(new Set(bodies).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await readAttempts(waiting.deliveryId)).toMatchObject([
      { attempt: 1, status_code: 500, error: 'The receiver answered 500. try later', n_sent: 0 },
      { attempt: 2, status_code: 500 },
      { attempt: 3, status_code: 204, error: null, n_sent: 1 },
    ]);
    expect(await readSubscription(database.db, waiting.id)).toMatchObject({
      failures_in_row: 0,
      failing_since: null,
    });
  });

  it('says when there is something to send again', async () => {
    const receiver = await startReceiver((response) => response.writeHead(503).end());
    const { id } = await deliveryTo(receiver.url);
    const { nextMs } = await takeTurn(database.db, id, { retryBaseMs: RETRY_BASE_MS });
    expect(nextMs).toBeGreaterThan(RETRY_BASE_MS / 2 - 5_000);
    expect(nextMs).toBeLessThanOrEqual(RETRY_BASE_MS);
  });

  it('counts a redirect as a failure and does not go there', async () => {
    const target = await startReceiver();
    const receiver = await startReceiver((response) =>
      response.writeHead(302, { location: target.url }).end(),
    );
    const row = await turn(await deliveryTo(receiver.url));
    expect(row).toMatchObject({ status: 'pending', last_status_code: 302 });
    expect(target.connections()).toBe(0);
  });

  it('gives up on a receiver that hangs, holding no transaction and no connection meanwhile, and tries again later', async () => {
    const receiver = await startReceiver(() => {});
    const waiting = await deliveryTo(receiver.url);
    const running = turn(waiting, { webhookTimeoutMs: 2_000 });
    await waitFor(() => receiver.received.length === 1, { what: 'the webhook to arrive' });
    const { rows } = await sql<{ busy: number }>`
      select count(*) as busy from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and state <> 'idle' and application_name = 'winnow-test'
    `.execute(database.db);
    expect(rows).toEqual([{ busy: 0 }]);
    expect(await running).toMatchObject({
      status: 'pending',
      last_status_code: null,
      last_error: expect.stringMatching(/timeout/i),
      attempts: 1,
    });
  });

  it('ends with what is in hand when the process is told to stop', async () => {
    const open: ServerResponse[] = [];
    const receiver = await startReceiver((response) => open.push(response));
    const id = await subscribe(database.db, organization, { url: receiver.url });
    for (let n = 0; n < 5; n++) await makeDelivery(database.db, organization, 'webhook');
    const stopping = new AbortController();
    const running = runTurn(notificationDeps(database.db, { turn: { postsAtOnce: 2 } }), id, stopping.signal);
    await waitFor(() => open.length === 2, { what: 'the first two POSTs' });
    stopping.abort();
    for (const response of open) response.end();
    expect(await running).toMatchObject({ nextMs: 0 });
    expect(receiver.received).toHaveLength(2);
    expect(await findDueSubscriptions(database.db, 1000)).toContain(id);
  });

  it('stores a short, clean beginning of a large answer', async () => {
    const receiver = await startReceiver((response) => {
      response.writeHead(503).end(Buffer.alloc(10 * 1024 * 1024, 'no\u0000'));
    });
    const { last_error, last_status_code } = await turn(await deliveryTo(receiver.url));
    expect(last_status_code).toBe(503);
    expect(last_error).toMatch(/^The receiver answered 503\. (no )+/);
    expect(last_error?.length).toBeLessThanOrEqual(500);
  });

  it('takes a large answer with a good status for what it is', async () => {
    const receiver = await startReceiver((response) => response.end(Buffer.alloc(10 * 1024 * 1024, 'y')));
    expect(await turn(await deliveryTo(receiver.url))).toMatchObject({ status: 'delivered' });
  });

  it('bounds an answer that comes byte by byte by the time of the whole exchange', async () => {
    const drips: NodeJS.Timeout[] = [];
    const receiver = await startReceiver((response) => {
      response.writeHead(500);
      drips.push(setInterval(() => response.write('x'), 50));
      response.on('close', () => drips.forEach(clearInterval));
    });
    // The status must come in this time, also on a busy machine; all of it is then waited for.
    const row = await turn(await deliveryTo(receiver.url), { webhookTimeoutMs: 5_000 });
    expect(row).toMatchObject({ status: 'pending', last_status_code: 500 });
  });

  it('counts a connection that is cut as a failure', async () => {
    const receiver = await startReceiver((response) => response.socket?.resetAndDestroy());
    expect(await turn(await deliveryTo(receiver.url))).toMatchObject({
      status: 'pending',
      last_status_code: null,
      last_error: expect.stringMatching(/ECONNRESET|other side closed/i),
    });
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '2130706433'])(
    'does not connect to %s where private addresses are not allowed',
    async (host) => {
      const receiver = await startReceiver();
      const { port } = new URL(receiver.url);
      const waiting = await deliveryTo(`https://${host}:${port}/hook`);
      expect(await turn(waiting, { webhookAllowPrivate: false })).toMatchObject({
        status: 'pending',
        last_error: expect.stringContaining('public address'),
      });
      expect(receiver.connections()).toBe(0);
    },
  );

  it('tries again when nobody listens', async () => {
    const receiver = await startReceiver();
    const waiting = await deliveryTo(receiver.url);
    await receiver.close();
    expect(await turn(waiting)).toMatchObject({
      status: 'pending',
      last_status_code: null,
      last_error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('believes a certificate only where the subscription does not switch that off', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const receiver = await startReceiver(undefined, { cert, key });
    expect(await turn(await deliveryTo(receiver.url))).toMatchObject({
      status: 'pending',
      last_error: expect.stringMatching(/self.signed/i),
    });
    expect(receiver.received).toHaveLength(0);

    organization = await createOrganization(database.db);
    expect(await turn(await deliveryTo(receiver.url, { verifySsl: false }))).toMatchObject({
      status: 'delivered',
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('does not deliver to a subscription that has been paused meanwhile', async () => {
    const receiver = await startReceiver();
    const waiting = await deliveryTo(receiver.url);
    const { organizationId, userId } = organization;
    await updateWebhookSubscription(database.db, {
      organizationId,
      id: waiting.id,
      userId,
      changes: { status: 'paused' },
    });
    expect(await turn(waiting)).toMatchObject({
      status: 'dropped',
      last_error: 'The subscription was paused.',
    });
    expect(receiver.connections()).toBe(0);
  });

  it('does not send what the subscription has stopped asking for', async () => {
    const receiver = await startReceiver();
    const waiting = await deliveryTo(receiver.url);
    const { organizationId, userId } = organization;
    await updateWebhookSubscription(database.db, {
      organizationId,
      id: waiting.id,
      userId,
      changes: { events: [{ object_type: 'lead', action: 'deleted' }] },
    });
    expect(await turn(waiting)).toMatchObject({
      status: 'dropped',
      last_error: expect.stringContaining('no longer'),
    });
    expect(receiver.connections()).toBe(0);
  });

  it('gives up when the next attempt would come later than 72 hours after the delivery was made', async () => {
    const receiver = await startReceiver((response) => response.writeHead(500).end());
    const queued = (hours: number, id: string) =>
      database.db
        .updateTable('delivery')
        .set({ date_queued: sql`now() - ${hours} * interval '1 hour'` })
        .where('id', '=', id)
        .execute();
    const young = await deliveryTo(receiver.url);
    await queued(71.9, young.deliveryId);
    expect(await turn(young)).toMatchObject({ status: 'pending' });

    organization = await createOrganization(database.db);
    const old = await deliveryTo(receiver.url);
    await queued(72, old.deliveryId);
    const row = await turn(old);
    expect(row).toMatchObject({
      status: 'failed',
      last_status_code: 500,
      last_error: expect.stringContaining('500'),
    });
    expect(row.date_finished).not.toBeNull();
  });

  it('is taken by another process when the first one dies, and what the first one says then counts for nothing', async () => {
    const receiver = await startReceiver();
    const waiting = await deliveryTo(receiver.url);
    const lost = await leaseSubscription(database.db, { id: waiting.id, leaseMs: LEASE_MS });
    if (!lost) throw new Error('the subscription could not be leased');
    expect(await turn(waiting)).toMatchObject({ status: 'pending', attempts: 0 });
    expect(await findDueSubscriptions(database.db, 1000)).not.toContain(waiting.id);

    const late = () =>
      saveProgress(
        database.db,
        lost,
        { id: waiting.deliveryId, n_sent: 0 },
        { outcome: 'failed', nSent: 0, nLess: 0, delayMs: 0, giveUpAfterMs: 1, attempt: null, pieces: [] },
      );
    await endTurn(database.db, waiting.id);
    expect(await late()).toBeUndefined();
    expect(await findDueSubscriptions(database.db, 1000)).toContain(waiting.id);
    const next = await leaseSubscription(database.db, { id: waiting.id, leaseMs: LEASE_MS });
    expect(next?.lease_no).toBe(lost.lease_no + 1);
    expect(await late()).toBeUndefined();
    await endTurn(database.db, waiting.id);
    expect(await turn(waiting)).toMatchObject({ status: 'delivered', attempts: 1, last_error: null });
    expect(await findDueSubscriptions(database.db, 1000)).not.toContain(waiting.id);
  });
});

const OLD_KEY = SIGNATURE_KEY;
const NEW_KEY = '5e'.repeat(32);
const secretOf = (key: string) => `whsec_${Buffer.from(key, 'hex').toString('base64')}`;
const closeHash = (key: string, timestamp: unknown, body: string) =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(`${timestamp}${body}`).digest('hex');

describe('the key of a subscription', () => {
  it('signs beside the old one while a rotation lasts, and alone after it; the same rotation again changes nothing', async () => {
    const receiver = await startReceiver();
    const first = await deliveryTo(receiver.url);
    const rotation = { ...organization, id: first.id, rotationId: newId(), overlapHours: 1 };
    await rotateSignatureKey(database.db, { ...rotation, signatureKey: NEW_KEY });
    const again = await rotateSignatureKey(database.db, { ...rotation, signatureKey: '00'.repeat(32) });
    expect([again?.signature_key, again?.previous_signature_key]).toEqual([NEW_KEY, OLD_KEY]);
    await turn(first);
    await database.db
      .updateTable('webhook_subscription')
      .set({ previous_key_expires: new Date(Date.now() - 1) })
      .where('id', '=', first.id)
      .execute();
    await makeDelivery(database.db, organization, 'webhook');
    await takeTurn(database.db, first.id);

    const [during, after] = receiver.received.map(({ headers, body }) => ({
      body: String(body),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    }));
    if (!during || !after) throw new Error('a webhook is missing');
    for (const key of [OLD_KEY, NEW_KEY])
      expect(new Webhook(secretOf(key)).verify(during.body, during.headers)).toBeTruthy();
    const stamp = during.headers['close-sig-timestamp'];
    expect(during.headers['close-sig-hash']).toBe(closeHash(OLD_KEY, stamp, during.body));
    expect(during.headers['close-sig-hash-next']).toBe(closeHash(NEW_KEY, stamp, during.body));

    expect(new Webhook(secretOf(NEW_KEY)).verify(after.body, after.headers)).toBeTruthy();
    expect(() => new Webhook(secretOf(OLD_KEY)).verify(after.body, after.headers)).toThrow();
    expect(after.headers['close-sig-hash']).toBe(
      closeHash(NEW_KEY, after.headers['close-sig-timestamp'], after.body),
    );
    expect(after.headers['close-sig-hash-next']).toBeUndefined();
  });

  it('is the first one, however often a subscription is made under one id', async () => {
    const { organizationId, userId } = organization;
    const id = newId();
    const make = (signatureKey: string) =>
      createWebhookSubscription(database.db, {
        id,
        organizationId,
        userId,
        url: 'https://receiver.invalid/',
        events: [],
        eventFilter: null,
        verifySsl: true,
        batch: null,
        signatureKey,
        most: 1,
      });
    const made = await Promise.all(['01', '02', '03'].map((byte) => make(byte.repeat(32))));
    expect(new Set(made.map((row) => row?.signature_key)).size).toBe(1);
    expect(made.every((row) => row?.id === id)).toBe(true);
  });
});

describe('the record of a delivery', () => {
  it('is forgotten with its attempts when it is old, a few at a time; what waits and what is young stays', async () => {
    const receiver = await startReceiver();
    const { id } = await deliveryTo(receiver.url);
    for (let n = 0; n < 3; n++) await makeDelivery(database.db, organization, 'webhook');
    await takeTurn(database.db, id);
    const waiting = await makeDelivery(database.db, organization, 'webhook');
    const rows = await readDeliveries(database.db, id);
    const old = rows.slice(0, 3).map((row) => row.id);
    await database.db
      .updateTable('delivery')
      .set({ date_finished: sql`now() - interval '2 hours'` })
      .where('id', 'in', old)
      .execute();
    await database.db
      .updateTable('delivery')
      .set({ date_created: sql`now() - interval '2 hours'` })
      .where('id', '=', waiting)
      .execute();
    const purge = { olderThanMs: 3_600_000, limit: 2 };
    expect(await deleteOldDeliveries(database.db, purge)).toBe(2);
    expect(await deleteOldDeliveries(database.db, purge)).toBe(1);
    expect(await deleteOldDeliveries(database.db, purge)).toBe(0);
    const left = (await readDeliveries(database.db, id)).map((row) => row.id);
    expect(left).toEqual(rows.slice(3).map((row) => row.id));
    expect(left).toContain(waiting);
    for (const gone of old) expect(await readAttempts(gone)).toEqual([]);
  });
});

describe('pausing', () => {
  it('waits for a relay that is under way, and drops what it made', async () => {
    const { organizationId, userId } = organization;
    const id = await subscribe(database.db, organization);
    const eventId = await addBulkDeleteEvent(database.db, organization, { data: { send_done_email: false } });
    let pausing: Promise<unknown> | undefined;
    await database.db.transaction().execute(async (trx) => {
      expect(await listActiveSubscriptions(trx, organizationId)).toMatchObject([{ id }]);
      const changes = { status: 'paused' as const };
      pausing = updateWebhookSubscription(database.db, { organizationId, userId, id, changes });
      await waitFor(
        async () => {
          const { rows } = await sql`
            select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
          `.execute(database.db);
          return rows.length > 0;
        },
        { what: 'the pause to wait for the relay' },
      );
      await insertDeliveries(trx, [
        {
          id: newId(),
          organization_id: organizationId,
          event_id: eventId,
          channel: 'webhook',
          subscription_id: id,
        },
      ]);
    });
    await pausing;
    expect(await readDeliveries(database.db, id)).toMatchObject([{ status: 'dropped' }]);
  });
});
