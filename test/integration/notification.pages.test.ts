import type { JsonObject } from '@winnow/db';
import { requeueDelivery, updateWebhookSubscription } from '@winnow/db';
import { runTurn } from '@winnow/notification';
import { Webhook } from 'standardwebhooks';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteLeads, relayAll } from '../support/deleted-leads.ts';
import {
  createDatabase,
  createOrganization,
  insertLeadFamily,
  type TestDatabase,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import {
  endRest,
  endTurn,
  type NotificationChanges,
  notificationDeps,
  readDeliveries,
  readSubscription,
  SIGNATURE_KEY,
  subscribe,
  takeTurn,
} from '../support/notification.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const LEADS = 45;
const PAGE_SIZE = 25;
const CHUNK = 10;
const RETRY_BASE_MS = 60_000;
const LEAD_DELETED = [{ object_type: 'lead', action: 'deleted' }];

let database: TestDatabase;
let org: TestOrganization;

beforeAll(async () => {
  database = await createDatabase();
});

beforeEach(async () => {
  org = await createOrganization(database.db);
});

interface SentEvent {
  readonly id: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly previous_data: JsonObject;
  readonly data: null;
  readonly meta: JsonObject;
}
interface Payload {
  readonly type: string;
  readonly event?: SentEvent;
  readonly events?: readonly SentEvent[];
}

const payloads = (receiver: WebhookReceiver): readonly Payload[] =>
  receiver.received.map(({ body }) => JSON.parse(String(body)));
const eventsOf = (receiver: WebhookReceiver): readonly SentEvent[] =>
  payloads(receiver).flatMap(({ event, events }) => (event ? [event] : (events ?? [])));
const objectIds = (receiver: WebhookReceiver) => eventsOf(receiver).map(({ object_id }) => object_id);

const turn = (id: string, changes: NotificationChanges = {}) =>
  takeTurn(database.db, id, {
    retryBaseMs: RETRY_BASE_MS,
    ...changes,
    turn: { chunk: CHUNK, ...changes.turn },
  });

/** A subscription with the deletions of leads waiting for it. @returns its id and those of the leads. */
async function subscribed(
  url: string,
  changes: Omit<Parameters<typeof subscribe>[2], 'url'> = {},
  n = LEADS,
) {
  const id = await subscribe(database.db, org, { url, events: LEAD_DELETED, ...changes });
  const leads = await deleteLeads(database.db, org, n, { pageSize: PAGE_SIZE });
  await relayAll(database.db);
  return { id, leads };
}

describe('the deletions of a page', () => {
  it('are one delivery a page, and one POST a record with the whole object as it was', async () => {
    const receiver = await startReceiver();
    const { id, leads } = await subscribed(receiver.url);
    expect((await readDeliveries(database.db, id)).map((row) => [row.n_events, row.n_sent])).toEqual([
      [25, 0],
      [20, 0],
    ]);
    expect((await turn(id)).nextMs).toBeUndefined();
    const events = eventsOf(receiver);
    expect(objectIds(receiver).toSorted()).toEqual(leads.toSorted());
    expect(new Set(events.map((event) => event.id)).size).toBe(LEADS);
    expect(events[0]).toMatchObject({
      id: expect.stringMatching(/^ev_\w{22}$/),
      object_type: 'lead',
      action: 'deleted',
      data: null,
      previous_data: { name: expect.stringMatching(/^Lead \d+$/) },
      meta: { bulk_action_id: expect.stringMatching(/^bulkdelete_/) },
    });
    expect(payloads(receiver)[0]?.type).toBe('lead.deleted');
    for (const { headers, body } of receiver.received) {
      const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      const secret = `whsec_${Buffer.from(SIGNATURE_KEY, 'hex').toString('base64')}`;
      const payload = new Webhook(secret).verify(String(body), texts) as Payload;
      expect(texts['webhook-id']).toBe(payload.event?.id);
    }
    expect(receiver.connections()).toBeLessThanOrEqual(8);
    for (const row of await readDeliveries(database.db, id)) {
      expect(row).toMatchObject({ status: 'delivered', attempts: 1, failures: 0, last_error: null });
      expect(row.n_sent).toBe(row.n_events);
    }
  });

  it('come under the name that they were asked for by, children with their parents', async () => {
    const receiver = await startReceiver();
    const id = await subscribe(database.db, org, {
      url: receiver.url,
      events: [
        { object_type: 'deal', action: 'deleted' },
        { object_type: 'contact', action: 'deleted' },
      ],
    });
    await insertLeadFamily(database.db, org.organizationId);
    await deleteLeads(database.db, org, 1, { pageSize: PAGE_SIZE });
    await relayAll(database.db);
    await turn(id);
    const types = eventsOf(receiver).map(({ object_type }) => object_type);
    expect(new Set(types)).toEqual(new Set(['deal', 'contact']));
    expect(new Set(payloads(receiver).map(({ type }) => type))).toEqual(
      new Set(['deal.deleted', 'contact.deleted']),
    );
  });

  it('are held back by filters one by one, and the delivery says how many were sent', async () => {
    const receiver = await startReceiver();
    const { id } = await subscribed(receiver.url, {
      eventFilter: {
        type: 'field_accessor',
        field: 'previous_data',
        filter: { type: 'field_accessor', field: 'name', filter: { type: 'contains', value: '3' } },
      },
    });
    await turn(id);
    const names = eventsOf(receiver).map(({ previous_data }) => String(previous_data.name));
    const expected = Array.from({ length: LEADS }, (_, i) => `Lead ${i + 1}`).filter((name) =>
      name.includes('3'),
    );
    expect(names.toSorted()).toEqual(expected.toSorted());
    const rows = await readDeliveries(database.db, id);
    expect(rows.every(({ status, n_events, n_sent }) => status === 'delivered' && n_events === n_sent)).toBe(
      true,
    );
    expect(rows.reduce((sum, { n_sent }) => sum + n_sent, 0)).toBe(expected.length);
  });

  it('come in lists where the subscription asks for batches, under the same id when a list is sent again', async () => {
    const receiver = await startReceiver((response, requestNo) =>
      response.writeHead(requestNo === 2 ? 500 : 200).end(),
    );
    const { id, leads } = await subscribed(receiver.url, { batch: 4 });
    await turn(id);
    const [, refused] = receiver.received;
    await endRest(database.db, id);
    await turn(id);
    const again = receiver.received.filter(({ body }) => String(body) === String(refused?.body));
    expect(again).toHaveLength(2);
    expect(again[0]?.headers['webhook-id']).toMatch(/^msg_/);
    expect(again[1]?.headers['webhook-id']).toBe(again[0]?.headers['webhook-id']);
    expect(payloads(receiver).every(({ events }) => events !== undefined && events.length <= 4)).toBe(true);
    expect([...new Set(objectIds(receiver))].toSorted()).toEqual(leads.toSorted());
    expect(objectIds(receiver)).toHaveLength(LEADS + 4);
    expect(payloads(receiver)[0]?.type).toBe('batch');
  });

  it('do not wait for the one that fails: it goes its own way, under its own id, until it gets through', async () => {
    let poison: string | undefined;
    let healed = false;
    const receiver = await startReceiver((response, _no, { body }) => {
      const id = JSON.parse(String(body)).event.id;
      poison ??= id;
      response.writeHead(id === poison && !healed ? 500 : 200).end();
    });
    const { id, leads } = await subscribed(receiver.url);
    await turn(id);
    expect(objectIds(receiver)).toHaveLength(LEADS);
    const rows = await readDeliveries(database.db, id);
    expect(rows.map(({ status }) => status).toSorted()).toEqual(['delivered', 'delivered', 'pending']);
    const torn = rows.find(({ status }) => status === 'pending');
    expect(torn).toMatchObject({
      n_events: 1,
      n_sent: 0,
      attempts: 1,
      piece: { event_id: poison },
      last_status_code: 500,
    });
    expect(rows.reduce((sum, { n_sent }) => sum + n_sent, 0)).toBe(LEADS - 1);

    await endRest(database.db, id);
    await turn(id);
    healed = true;
    await endRest(database.db, id);
    await turn(id);
    const sent = eventsOf(receiver).filter((event) => event.id === poison);
    expect(sent).toHaveLength(3);
    expect(new Set(objectIds(receiver)).size).toBe(leads.length);
    expect(objectIds(receiver)).toHaveLength(LEADS + 2);
    const last = (await readDeliveries(database.db, id)).find((row) => row.id === torn?.id);
    expect(last).toMatchObject({ status: 'delivered', n_sent: 1, attempts: 3, last_error: null });
  });

  it('that go their own way are found again when the subscription asks for more types meanwhile', async () => {
    let poison: string | undefined;
    const receiver = await startReceiver((response, _no, { body }) => {
      const { id, object_type: type } = JSON.parse(String(body)).event;
      if (type === 'contact') poison ??= id;
      response.writeHead(id === poison ? 500 : 200).end();
    });
    const contacts = [{ object_type: 'contact', action: 'deleted' }];
    const id = await subscribe(database.db, org, { url: receiver.url, events: contacts });
    for (let n = 0; n < 3; n++) await insertLeadFamily(database.db, org.organizationId);
    await deleteLeads(database.db, org, 20, { pageSize: 50 });
    await relayAll(database.db);
    await turn(id);
    expect((await readDeliveries(database.db, id)).filter(({ piece }) => piece !== null)).toHaveLength(1);
    const events = ['lead', 'contact', 'opportunity', 'task'].map((object_type) => ({
      object_type,
      action: 'deleted',
    }));
    await updateWebhookSubscription(database.db, { ...org, id, changes: { events } });
    const before = receiver.received.length;
    await endRest(database.db, id);
    await turn(id);
    expect(eventsOf(receiver).slice(before)).toMatchObject([{ id: poison }]);
  });

  it('of a page with one record wait under the delivery’s own id', async () => {
    const receiver = await startReceiver((response, requestNo) =>
      response.writeHead(requestNo === 1 ? 503 : 200).end(),
    );
    const { id } = await subscribed(receiver.url, {}, 1);
    await turn(id);
    expect(await readDeliveries(database.db, id)).toMatchObject([
      { status: 'pending', attempts: 1, failures: 1, n_events: 1, n_sent: 0 },
    ]);
    await endRest(database.db, id);
    await turn(id);
    expect(await readDeliveries(database.db, id)).toMatchObject([
      { status: 'delivered', attempts: 2, n_sent: 1 },
    ]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('are gone on with where a turn stopped: nothing twice, nothing left out', async () => {
    const stopping = new AbortController();
    const receiver = await startReceiver((response, requestNo) => {
      if (requestNo === 17) stopping.abort();
      response.end();
    });
    const { id, leads } = await subscribed(receiver.url);
    const deps = notificationDeps(database.db, { turn: { chunk: CHUNK } });
    const { nextMs } = await runTurn(deps, id, stopping.signal);
    expect(nextMs).toBe(0);
    expect(receiver.received.length).toBeLessThan(LEADS);
    await turn(id);
    expect(objectIds(receiver).toSorted()).toEqual(leads.toSorted());
    const [first] = await readDeliveries(database.db, id);
    expect(first).toMatchObject({ status: 'delivered', attempts: 2, n_sent: PAGE_SIZE });
  });

  it('after a worker vanished are sent by another: at most its last chunks again, under the same ids', async () => {
    let isFrozen = false;
    const held: (() => void)[] = [];
    const receiver = await startReceiver((response, requestNo) => {
      isFrozen ||= requestNo > 22;
      if (isFrozen) held.push(() => response.end());
      else response.end();
    });
    const { id, leads } = await subscribed(receiver.url);
    const vanished = turn(id, { turn: { deliveriesAtOnce: 1 } });
    await waitFor(() => held.length > 0, { what: 'the first worker to be stuck in its second chunk' });
    const before = objectIds(receiver).length;
    await endTurn(database.db, id);

    isFrozen = false;
    const other = await startReceiver();
    await database.db
      .updateTable('webhook_subscription')
      .set({ url: other.url })
      .where('id', '=', id)
      .execute();
    await turn(id);
    for (const answer of held) answer();
    await vanished;
    const all = [...eventsOf(receiver), ...eventsOf(other)];
    expect(new Set(all.map(({ object_id }) => object_id))).toEqual(new Set(leads));
    expect(new Set(all.map((event) => event.id)).size).toBe(LEADS);
    // Two chunks had been written down: they were not sent again.
    expect(eventsOf(other)).toHaveLength(LEADS - 2 * CHUNK);
    expect(before).toBeGreaterThan(2 * CHUNK);
    const rows = await readDeliveries(database.db, id);
    expect(rows.every(({ status, n_events, n_sent }) => status === 'delivered' && n_events === n_sent)).toBe(
      true,
    );
    expect(rows.reduce((sum, { n_sent }) => sum + n_sent, 0)).toBe(LEADS);
  });

  it('leave a receiver that fails in peace after a few, and ask it with a single POST when it has rested', async () => {
    let isWell = false;
    const receiver = await startReceiver((response) => response.writeHead(isWell ? 200 : 500).end());
    const { id, leads } = await subscribed(receiver.url);
    await turn(id, { turn: { failuresBeforeRest: 5, postsAtOnce: 4 } });
    const first = receiver.received.length;
    expect(first).toBeGreaterThanOrEqual(5);
    expect(first).toBeLessThanOrEqual(5 + 3);
    const resting = await readSubscription(database.db, id);
    expect(resting.failures_in_row).toBe(first);
    expect(resting.resting_until?.getTime()).toBeGreaterThan(Date.now());
    // However many failed together, it is the first rest.
    expect(resting.resting_until?.getTime()).toBeLessThanOrEqual(Date.now() + RETRY_BASE_MS);
    expect(resting.rests_in_row).toBe(1);
    expect((await turn(id)).nextMs).toBeUndefined();
    expect(receiver.received).toHaveLength(first);

    await endRest(database.db, id);
    await turn(id, { turn: { failuresBeforeRest: 5, postsAtOnce: 4 } });
    expect(receiver.received).toHaveLength(first + 1);
    expect((await readSubscription(database.db, id)).rests_in_row).toBe(2);

    isWell = true;
    await endRest(database.db, id);
    await turn(id);
    expect([...new Set(objectIds(receiver))].toSorted()).toEqual(leads.toSorted());
    expect(await readSubscription(database.db, id)).toMatchObject({
      failures_in_row: 0,
      failing_since: null,
      resting_until: null,
    });
    const rows = await readDeliveries(database.db, id);
    expect(rows.every(({ status }) => status === 'delivered')).toBe(true);
    expect(rows.reduce((sum, { n_sent }) => sum + n_sent, 0)).toBe(LEADS);
  });

  it('can be sent again from the beginning, under the same ids', async () => {
    const receiver = await startReceiver();
    const { id } = await subscribed(receiver.url, {}, PAGE_SIZE);
    await turn(id);
    const [row] = await readDeliveries(database.db, id);
    if (!row) throw new Error('there is no delivery');
    await database.db
      .transaction()
      .execute((trx) => requeueDelivery(trx, { id: row.id, nEvents: PAGE_SIZE }));
    await turn(id);
    const ids = eventsOf(receiver).map((event) => event.id);
    expect(ids).toHaveLength(2 * PAGE_SIZE);
    expect(new Set(ids).size).toBe(PAGE_SIZE);
    expect(await readDeliveries(database.db, id)).toMatchObject([
      { status: 'delivered', attempts: 2, n_sent: PAGE_SIZE },
    ]);
  });

  it('make no delivery for who asks for other types', async () => {
    const id = await subscribe(database.db, org, { events: [{ object_type: 'task', action: 'deleted' }] });
    await deleteLeads(database.db, org, 2, { pageSize: PAGE_SIZE });
    await relayAll(database.db);
    expect(await readDeliveries(database.db, id)).toEqual([]);
  });
});
