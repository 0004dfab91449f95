import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { encodeId } from '@winnow/catalog';
import { findDueDeliveries, finishDelivery, leaseDelivery, updateWebhookSubscription } from '@winnow/db';
import { deliver } from '@winnow/notification';
import { sql } from 'kysely';
import { generate } from 'selfsigned';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createDatabase,
  createOrganization,
  type TestDatabase,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import {
  endLease,
  makeDelivery,
  makeDue,
  notificationDeps,
  readDatabaseClock,
  readDelivery,
  SIGNATURE_KEY,
  subscribe,
} from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const RETRY_BASE_MS = 60_000;
const LEASE_MS = { email: 60_000, webhook: 60_000 };

let database: TestDatabase;
let organization: TestOrganization;

beforeAll(async () => {
  database = await createDatabase();
});

beforeEach(async () => {
  organization = await createOrganization(database.db);
});

type Changes = Parameters<typeof notificationDeps>[1];
const attempt = (id: string, changes: Changes = {}) =>
  deliver(notificationDeps(database.db, { retryBaseMs: RETRY_BASE_MS, ...changes }), id);

/** A delivery that is due, to this URL. */
async function deliveryTo(url: string, changes: { readonly verifySsl?: boolean } = {}): Promise<string> {
  await subscribe(database.db, organization, { url, ...changes });
  return makeDelivery(database.db, organization, 'webhook');
}

describe('deliver, to a webhook', () => {
  it('posts the event in the shape of Close, signed, and writes down that it was delivered', async () => {
    const receiver = await startReceiver();
    const subscriptionId = await subscribe(database.db, organization, { url: receiver.url });
    const id = await makeDelivery(database.db, organization, 'webhook');
    const before = await readDatabaseClock(database.db);
    expect(await attempt(id)).toEqual({ kind: 'delivered' });

    const [webhook] = receiver.received;
    const row = await readDelivery(database.db, id);
    expect(JSON.parse(String(webhook?.body))).toMatchObject({
      subscription_id: encodeId('whsub', subscriptionId),
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
    expect(webhook?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Winnow' });

    const timestamp = String(webhook?.headers['close-sig-timestamp']);
    const expected = createHmac('sha256', Buffer.from(SIGNATURE_KEY, 'hex')).update(
      timestamp + String(webhook?.body),
    );
    expect(webhook?.headers['close-sig-hash']).toBe(expected.digest('hex'));
    expect(Number(timestamp)).toBeGreaterThanOrEqual(Math.floor(before.getTime() / 1000));
    expect(row).toMatchObject({
      status: 'delivered',
      attempts: 1,
      last_status_code: 200,
      last_error: null,
      leased_until: null,
    });
    expect(row.date_finished).not.toBeNull();
    expect(await attempt(id)).toEqual({ kind: 'nothing' });
  });

  it('makes one POST when many attempts start at once', async () => {
    const open: ServerResponse[] = [];
    const receiver = await startReceiver((response) => open.push(response));
    const id = await deliveryTo(receiver.url);
    let idle = 0;
    const attempts = Array.from({ length: 8 }, async () => {
      const outcome = await attempt(id);
      if (outcome.kind === 'nothing') idle += 1;
      return outcome;
    });
    // The one that posts gets its answer only after all others have looked at the delivery.
    await waitFor(() => open.length + idle === 8, { what: 'every attempt to post or to give way' });
    for (const response of open) response.end();
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter(({ kind }) => kind === 'delivered')).toHaveLength(1);
    expect(receiver.received).toHaveLength(1);
  });

  it('tries again after a 500, later each time by the clock of the database, with the same event id', async () => {
    const receiver = await startReceiver((response, requestNo) => {
      response.statusCode = requestNo <= 2 ? 500 : 204;
      response.end(requestNo <= 2 ? 'try\r\nlater' : '');
    });
    const id = await deliveryTo(receiver.url);
    for (const [attempts, longestMs] of [
      [1, RETRY_BASE_MS],
      [2, 2 * RETRY_BASE_MS],
    ] as const) {
      const before = await readDatabaseClock(database.db);
      const outcome = await attempt(id);
      const after = await readDatabaseClock(database.db);
      if (outcome.kind !== 'retry') throw new Error(`expected a retry, got ${outcome.kind}`);
      expect(outcome.delayMs).toBeGreaterThanOrEqual(longestMs / 2);
      expect(outcome.delayMs).toBeLessThanOrEqual(longestMs);
      const row = await readDelivery(database.db, id);
      expect(row).toMatchObject({
        status: 'pending',
        attempts,
        last_status_code: 500,
        last_error: 'The receiver answered 500. try later',
        leased_until: null,
        date_finished: null,
      });
      expect(row.next_attempt_at.getTime()).toBeGreaterThanOrEqual(before.getTime() + outcome.delayMs);
      expect(row.next_attempt_at.getTime()).toBeLessThanOrEqual(after.getTime() + outcome.delayMs);
      expect(await attempt(id)).toEqual({ kind: 'nothing' });
      expect(receiver.received).toHaveLength(attempts);
      await makeDue(database.db, id);
    }
    expect(await attempt(id)).toEqual({ kind: 'delivered' });
    const bodies = receiver.received.map(({ body }) => String(body));
    expect(new Set(bodies).size).toBe(1);
    expect(await readDelivery(database.db, id)).toMatchObject({
      status: 'delivered',
      attempts: 3,
      last_error: null,
    });
  });

  it('counts a redirect as a failure and does not go there', async () => {
    const target = await startReceiver();
    const receiver = await startReceiver((response) =>
      response.writeHead(302, { location: target.url }).end(),
    );
    const id = await deliveryTo(receiver.url);
    expect(await attempt(id)).toMatchObject({ kind: 'retry' });
    expect(await readDelivery(database.db, id)).toMatchObject({ status: 'pending', last_status_code: 302 });
    expect(target.connections()).toBe(0);
  });

  it('gives up on a receiver that hangs, holding no transaction meanwhile, and tries again later', async () => {
    const receiver = await startReceiver(() => {});
    const id = await deliveryTo(receiver.url);
    const running = attempt(id, { webhookTimeoutMs: 2_000 });
    await waitFor(() => receiver.received.length === 1, { what: 'the webhook to arrive' });
    const { rows } = await sql<{ open: number }>`
      select count(*) as open from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'
    `.execute(database.db);
    expect(rows).toEqual([{ open: 0 }]);
    expect(await running).toMatchObject({ kind: 'retry', reason: expect.stringMatching(/timeout/i) });
    expect(await readDelivery(database.db, id)).toMatchObject({
      status: 'pending',
      last_status_code: null,
      attempts: 1,
    });
  });

  it('stores a short, clean beginning of a large answer', async () => {
    const receiver = await startReceiver((response) => {
      response.writeHead(503).end(Buffer.alloc(10 * 1024 * 1024, 'no\u0000'));
    });
    const id = await deliveryTo(receiver.url);
    expect(await attempt(id)).toMatchObject({ kind: 'retry' });
    const { last_error, last_status_code } = await readDelivery(database.db, id);
    expect(last_status_code).toBe(503);
    expect(last_error).toMatch(/^The receiver answered 503\. (no )+/);
    expect(last_error?.length).toBeLessThanOrEqual(500);
  });

  it('takes a large answer with a good status for what it is', async () => {
    const receiver = await startReceiver((response) => response.end(Buffer.alloc(10 * 1024 * 1024, 'y')));
    expect(await attempt(await deliveryTo(receiver.url))).toEqual({ kind: 'delivered' });
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '2130706433'])(
    'does not connect to %s where private addresses are not allowed',
    async (host) => {
      const receiver = await startReceiver();
      const { port } = new URL(receiver.url);
      const id = await deliveryTo(`https://${host}:${port}/hook`);
      expect(await attempt(id, { webhookAllowPrivate: false })).toMatchObject({
        kind: 'retry',
        reason: expect.stringContaining('public address'),
      });
      expect(receiver.connections()).toBe(0);
    },
  );

  it('tries again when nobody listens, and finds the receiver when it is back', async () => {
    const receiver = await startReceiver();
    const id = await deliveryTo(receiver.url);
    await receiver.close();
    expect(await attempt(id)).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await readDelivery(database.db, id)).toMatchObject({ status: 'pending', last_status_code: null });
  });

  it('believes a certificate only where the subscription does not switch that off', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const receiver = await startReceiver(undefined, { cert, key });
    const strict = await deliveryTo(receiver.url);
    expect(await attempt(strict)).toMatchObject({
      kind: 'retry',
      reason: expect.stringMatching(/self.signed/i),
    });
    expect(receiver.received).toHaveLength(0);

    organization = await createOrganization(database.db);
    const lenient = await deliveryTo(receiver.url, { verifySsl: false });
    expect(await attempt(lenient)).toEqual({ kind: 'delivered' });
    expect(receiver.received).toHaveLength(1);
  });

  it('does not deliver to a subscription that has been paused meanwhile', async () => {
    const receiver = await startReceiver();
    const id = await subscribe(database.db, organization, { url: receiver.url });
    const deliveryId = await makeDelivery(database.db, organization, 'webhook');
    const { organizationId, userId } = organization;
    await updateWebhookSubscription(database.db, {
      organizationId,
      id,
      userId,
      changes: { status: 'paused' },
    });
    expect(await attempt(deliveryId)).toEqual({
      kind: 'failed',
      reason: 'The subscription is paused or gone.',
    });
    expect(receiver.connections()).toBe(0);
  });

  it('gives up when the next attempt would come later than 72 hours after the delivery was made', async () => {
    const receiver = await startReceiver((response) => response.writeHead(500).end());
    const created = (hours: number, id: string) =>
      database.db
        .updateTable('delivery')
        .set({ date_created: sql`now() - ${hours} * interval '1 hour'` })
        .where('id', '=', id)
        .execute();
    const young = await deliveryTo(receiver.url);
    await created(71.9, young);
    expect(await attempt(young)).toMatchObject({ kind: 'retry' });

    organization = await createOrganization(database.db);
    const old = await deliveryTo(receiver.url);
    await created(72, old);
    expect(await attempt(old)).toMatchObject({ kind: 'failed', reason: expect.stringContaining('500') });
    const row = await readDelivery(database.db, old);
    expect(row).toMatchObject({ status: 'failed', last_status_code: 500 });
    expect(row.date_finished).not.toBeNull();
  });

  it('is done by another process when the first one dies, and what the first one says then counts for nothing', async () => {
    const receiver = await startReceiver();
    const id = await deliveryTo(receiver.url);
    const lost = await leaseDelivery(database.db, { id, leaseMs: LEASE_MS });
    if (!lost) throw new Error('the delivery could not be leased');
    expect(await attempt(id)).toEqual({ kind: 'nothing' });
    expect(await findDueDeliveries(database.db, 1000)).not.toContain(id);

    await endLease(database.db, id);
    expect(await findDueDeliveries(database.db, 1000)).toContain(id);
    expect(await attempt(id)).toEqual({ kind: 'delivered' });
    expect(await finishDelivery(database.db, lost, 'failed', { statusCode: null, error: 'late' })).toBe(
      false,
    );
    expect(await readDelivery(database.db, id)).toMatchObject({
      status: 'delivered',
      attempts: 2,
      last_error: null,
    });
    expect(await findDueDeliveries(database.db, 1000)).not.toContain(id);
  });
});
