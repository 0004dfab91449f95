import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeId, newId } from '@winnow/catalog';
import { updateWebhookSubscription } from '@winnow/db';
import { createMailer, deliver, relayEvent, sendPing } from '@winnow/notification';
import { sql } from 'kysely';
import PostalMime from 'postal-mime';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createDatabase,
  createOrganization,
  type TestDatabase,
  type TestOrganization,
} from '../support/index.ts';
import {
  endRest,
  makeDelivery,
  notificationDeps,
  readDeliveries,
  readSubscription,
  subscribe,
  takeTurn,
} from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

let database: TestDatabase;
let org: TestOrganization;
let mailDir: string;

beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  org = await createOrganization(database.db);
  mailDir = await mkdtemp(join(tmpdir(), 'winnow-notices-'));
});
afterEach(() => rm(mailDir, { recursive: true }));

const FEW = { warnAtWaiting: 3, pauseAtWaiting: 5 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Lets the receiver have been failing for so long. */
const failingFor = (id: string, ms: number) =>
  database.db
    .updateTable('webhook_subscription')
    .set({ failures_in_row: 1, failing_since: sql<Date>`now() - ${ms} * interval '1 millisecond'` })
    .where('id', '=', id)
    .execute();

async function subscribed(url: string, nDeliveries: number): Promise<string> {
  const id = await subscribe(database.db, org, { url });
  for (let n = 0; n < nDeliveries; n++)
    await makeDelivery(database.db, org, 'webhook', { send_done_email: false });
  return id;
}

/** Relays what a turn has caused, twice, and sends its e-mails. @returns those written so far. */
async function readMails(eventIds: readonly string[]) {
  const mailer = createMailer({ mailDir, from: 'winnow@mail.example' });
  const deps = notificationDeps(database.db, { mailer });
  for (const eventId of [...eventIds, ...eventIds]) {
    for (const id of (await relayEvent(deps, eventId)).emailIds) {
      expect(await deliver(deps, id)).toEqual({ kind: 'delivered' });
      expect(await deliver(deps, id)).toEqual({ kind: 'nothing' });
    }
  }
  const names = await readdir(mailDir);
  return Promise.all(names.map(async (name) => PostalMime.parse(await readFile(join(mailDir, name)))));
}

describe('a receiver', () => {
  it('that says 410 is believed: paused at once, what waits is dropped, and the creator gets one e-mail', async () => {
    const receiver = await startReceiver((response) => response.writeHead(410).end('moved away'));
    const id = await subscribed(receiver.url, 3);
    const { eventIds, nextMs } = await takeTurn(database.db, id, {
      turn: { postsAtOnce: 1, deliveriesAtOnce: 1 },
    });
    expect(nextMs).toBeUndefined();
    expect(receiver.received).toHaveLength(1);
    expect(await readSubscription(database.db, id)).toMatchObject({
      status: 'paused',
      pause_reason: 'The receiver answered 410. moved away',
      leased_until: null,
    });
    const rows = await readDeliveries(database.db, id);
    expect(rows.map(({ status }) => status)).toEqual(['failed', 'dropped', 'dropped']);
    expect(rows.every(({ last_error, date_finished }) => last_error?.includes('410') && date_finished)).toBe(
      true,
    );

    const [mail, ...more] = await readMails(eventIds);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({
      subject: 'Webhook subscription paused',
      to: [{ address: org.userEmail }],
    });
    expect(mail?.text).toContain('410');
    expect(mail?.text).toContain(encodeId('whsub', id));
    expect(mail?.text).toContain(
      `https://winnow.example/api/v1/webhook/${encodeId('whsub', id)}/deliveries/`,
    );
    expect((await takeTurn(database.db, id)).eventIds).toEqual([]);
  });

  it('that has failed for three days is paused, however little waits; a minute earlier it is not', async () => {
    const receiver = await startReceiver((response) => response.writeHead(500).end());
    const id = await subscribed(receiver.url, 1);
    await failingFor(id, 72 * HOUR - MINUTE);
    expect((await takeTurn(database.db, id)).eventIds).toEqual([]);
    await failingFor(id, 72 * HOUR);
    await endRest(database.db, id);
    const { eventIds } = await takeTurn(database.db, id);
    expect(await readSubscription(database.db, id)).toMatchObject({
      status: 'paused',
      pause_reason: 'Every delivery has failed for 72 h.',
    });
    expect(await readMails(eventIds)).toHaveLength(1);
  });

  it('that fails while very many events wait is warned of once, then paused after an hour', async () => {
    const receiver = await startReceiver((response) => response.writeHead(500).end());
    const id = await subscribed(receiver.url, 5);
    const turn = async () => {
      await endRest(database.db, id);
      return takeTurn(database.db, id, {
        turn: { ...FEW, failuresBeforeRest: 2, postsAtOnce: 1, deliveriesAtOnce: 1 },
      });
    };
    expect((await turn()).eventIds).toEqual([]);
    await failingFor(id, 20 * MINUTE);
    const warned = await turn();
    expect(await readSubscription(database.db, id)).toMatchObject({ status: 'active' });
    await failingFor(id, 30 * MINUTE);
    expect((await turn()).eventIds).toEqual([]);
    const [warning, ...more] = await readMails(warned.eventIds);
    expect(more).toEqual([]);
    expect(warning?.subject).toBe('Webhook subscription: events are waiting');
    expect(warning?.text).toContain('5 events wait');

    await failingFor(id, HOUR);
    const paused = await turn();
    expect(await readSubscription(database.db, id)).toMatchObject({
      status: 'paused',
      pause_reason: '5 events waited, and nothing was delivered for 1 h.',
    });
    const rows = await readDeliveries(database.db, id);
    expect(rows.every(({ status }) => status === 'dropped')).toBe(true);
    expect((await readMails(paused.eventIds)).map(({ subject }) => subject).toSorted()).toEqual([
      'Webhook subscription paused',
      'Webhook subscription: events are waiting',
    ]);
  });

  it('that takes what it is sent is neither warned of nor paused, however much waits', async () => {
    const turnMs = 1500;
    // The turn is over with the second, and others wait.
    const receiver = await startReceiver((response, requestNo) => {
      setTimeout(() => response.end(), requestNo === 1 ? 0 : turnMs);
    });
    const id = await subscribed(receiver.url, 8);
    await failingFor(id, 80 * HOUR);
    const { eventIds, nextMs } = await takeTurn(database.db, id, {
      turn: { warnAtWaiting: 1, pauseAtWaiting: 1, postsAtOnce: 1, deliveriesAtOnce: 1, turnMs },
    });
    expect(eventIds).toEqual([]);
    expect(nextMs === 0 || nextMs === undefined).toBe(true);
    expect(await readSubscription(database.db, id)).toMatchObject({ status: 'active', failing_since: null });
  });

  it('is a clean sheet again when its subscription is set active, or led elsewhere', async () => {
    const receiver = await startReceiver();
    const id = await subscribed(receiver.url, 1);
    const clean = {
      failures_in_row: 0,
      failing_since: null,
      resting_until: null,
      pause_reason: null,
      status: 'active',
    };
    const { organizationId, userId } = org;
    for (const changes of [{ status: 'active' as const }, { url: `${receiver.url}/2` }]) {
      await failingFor(id, HOUR);
      expect(
        await updateWebhookSubscription(database.db, { organizationId, userId, id, changes }),
      ).toMatchObject(clean);
    }
  });
});

describe('a ping', () => {
  const ping = (subscriptionId: string) =>
    sendPing(database.db, {
      ...org,
      subscriptionId,
      eventId: newId(),
      requestId: 'req_ping',
    });

  it('goes to its subscription alone, also while that is paused, and nothing else does', async () => {
    const receiver = await startReceiver();
    const other = await subscribed('https://other.invalid/', 0);
    const id = await subscribed(receiver.url, 0);
    const { organizationId, userId } = org;
    await updateWebhookSubscription(database.db, {
      organizationId,
      userId,
      id,
      changes: { status: 'paused' },
    });
    // One that slipped in while the subscription was being paused.
    const made = await ping(id);
    const slipped = await ping(id);
    await database.db.updateTable('delivery').set({ is_ping: false }).where('id', '=', slipped.id).execute();
    await takeTurn(database.db, id);
    expect(receiver.received).toHaveLength(1);
    expect(JSON.parse(String(receiver.received[0]?.body))).toMatchObject({
      type: 'webhook.ping',
      event: { object_type: 'webhook', action: 'ping', request_id: 'req_ping' },
    });
    const rows = await readDeliveries(database.db, id);
    expect(rows.find((row) => row.id === made.id)).toMatchObject({ status: 'delivered', is_ping: true });
    expect(await readDeliveries(database.db, other)).toEqual([]);
  });

  it('is tried once, also while the receiver rests, and ends the rest when it gets through', async () => {
    let isWell = false;
    const receiver = await startReceiver((response) => response.writeHead(isWell ? 200 : 503).end());
    const id = await subscribed(receiver.url, 2);
    const turn = () =>
      takeTurn(database.db, id, { turn: { failuresBeforeRest: 1, postsAtOnce: 1, deliveriesAtOnce: 1 } });
    await turn();
    expect(receiver.received).toHaveLength(1);
    const failed = await ping(id);
    await turn();
    expect(receiver.received).toHaveLength(2);
    const rows = await readDeliveries(database.db, id);
    expect(rows.find((row) => row.id === failed.id)).toMatchObject({ status: 'failed', attempts: 1 });

    isWell = true;
    await ping(id);
    const { nextMs } = await turn();
    expect(receiver.received).toHaveLength(3);
    expect(nextMs).toBe(0);
    await turn();
    expect(await readSubscription(database.db, id)).toMatchObject({
      failures_in_row: 0,
      resting_until: null,
    });
    expect(receiver.received).toHaveLength(4);
  });

  it('is one, however often it is asked for under one id', async () => {
    const id = await subscribed('https://receiver.invalid/', 0);
    const asked = { ...org, subscriptionId: id, eventId: newId(), requestId: 'req_ping' };
    const [first, second] = [await sendPing(database.db, asked), await sendPing(database.db, asked)];
    expect(second).toEqual(first);
  });
});
