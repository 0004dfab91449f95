import { createBulkUndo } from '@winnow/bulk-delete';
import { CRM_CATALOG, newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { listEvents } from '@winnow/event-log';
import { createMailer, deliver } from '@winnow/notification';
import PostalMime from 'postal-mime';
import { expect, it } from 'vitest';
import { deleteLeads, relayAll } from '../support/deleted-leads.ts';
import {
  actorOf,
  createDatabase,
  createEngine,
  createOrganization,
  insertLeadFamily,
  type TestOrganization,
  undo,
  workUndoToEnd,
} from '../support/index.ts';
import { startMailServer } from '../support/mail-server.ts';
import { notificationDeps, readDeliveries, subscribe, takeTurn } from '../support/notification.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const LEADS = 6;
const PAGE_SIZE = 4;

type Event = Readonly<Record<string, unknown>>;

const byId = (one: Event, other: Event) => (String(one.id) < String(other.id) ? -1 : 1);

/** What the event log shows. */
async function readLog(db: Db, org: TestOrganization): Promise<readonly Event[]> {
  const deps = { db, catalog: CRM_CATALOG, publicUrl: 'https://winnow.example' };
  const ask = { organizationId: org.organizationId, filter: { dates: {} }, limit: 50, cursor: null };
  return (await listEvents(deps, ask))?.events ?? [];
}

async function prepare() {
  const { db } = await createDatabase();
  const org = await createOrganization(db);
  const receiver = await startReceiver();
  return { db, org, receiver, engine: createEngine(db) };
}

const LEADS_BACK = [{ object_type: 'lead', action: 'restored' }];

/** Deletes leads and gives them back. @returns their ids on the wire. */
async function deleteAndUndo({ db, org, engine }: Awaited<ReturnType<typeof prepare>>, n = LEADS) {
  const ids = await deleteLeads(db, org, n, { pageSize: PAGE_SIZE });
  const bulkDelete = await db.selectFrom('bulk_delete').select('id').executeTakeFirstOrThrow();
  await undo(engine, org, bulkDelete.id);
  return ids;
}

const eventsOf = (receiver: WebhookReceiver) =>
  receiver.received.map(({ body }) => JSON.parse(String(body)).event);

it('Webhooks of deletions that were undone before they were sent are sent all the same, under their ids.', async () => {
  const { db, org, receiver, engine } = await prepare();
  const events = [{ object_type: 'lead', action: 'deleted' }];
  const id = await subscribe(db, org, { url: receiver.url, events });
  const ids = await deleteLeads(db, org, LEADS, { pageSize: LEADS });
  await relayAll(db);
  const listed = await readLog(db, org);
  const bulkDelete = await db.selectFrom('bulk_delete').select('id').executeTakeFirstOrThrow();
  await undo(engine, org, bulkDelete.id);

  await takeTurn(db, id);

  const sent = eventsOf(receiver);
  expect(sent.map(({ object_id }) => object_id).toSorted()).toEqual(ids.toSorted());
  expect(sent.toSorted(byId)).toEqual(listed.filter(({ action }) => action === 'deleted').toSorted(byId));
  expect(await readDeliveries(db, id)).toMatchObject([{ status: 'delivered', n_sent: LEADS }]);
});

it('Records that came back are one delivery a page, and one POST a record with the record as it lives.', async () => {
  const prepared = await prepare();
  const { db, org, receiver } = prepared;
  const id = await subscribe(db, org, { url: receiver.url, events: LEADS_BACK });
  const ids = await deleteAndUndo(prepared);
  await relayAll(db);
  const pages = await db
    .selectFrom('event')
    .select(['deleted_counts'])
    .where('action', '=', 'restored')
    .execute();
  expect(pages).toHaveLength(2);
  expect((await readDeliveries(db, id)).map(({ n_events }) => n_events).toSorted()).toEqual([2, 4]);

  await takeTurn(db, id);

  const sent = eventsOf(receiver);
  expect(sent.map(({ object_id }) => object_id).toSorted()).toEqual(ids.toSorted());
  expect(new Set(sent.map((event) => event.id)).size).toBe(LEADS);
  expect(sent[0]).toMatchObject({
    object_type: 'lead',
    action: 'restored',
    data: { name: expect.stringMatching(/^Lead \d$/) },
    previous_data: null,
    meta: { bulk_action_id: expect.stringMatching(/^bulkundo_/) },
  });
  expect(JSON.parse(String(receiver.received[0]?.body)).type).toBe('lead.restored');
  const listed = (await readLog(db, org)).filter(({ action }) => action === 'restored');
  expect(sent.toSorted(byId)).toEqual(listed.toSorted(byId));
  const deliveries = await readDeliveries(db, id);
  expect(deliveries.every(({ status }) => status === 'delivered')).toBe(true);
});

it('Records that came back are held back by filters one by one, and deletions are not sent for them.', async () => {
  const prepared = await prepare();
  const { db, org, receiver } = prepared;
  const eventFilter = {
    type: 'field_accessor',
    field: 'data',
    filter: { type: 'field_accessor', field: 'name', filter: { type: 'equals', value: 'Lead 3' } },
  };
  const id = await subscribe(db, org, { url: receiver.url, events: LEADS_BACK, eventFilter });
  const other = await subscribe(db, org, {
    url: receiver.url,
    events: [{ object_type: 'contact', action: 'restored' }],
  });
  await deleteAndUndo(prepared);
  await relayAll(db);
  await takeTurn(db, id);
  await takeTurn(db, other);
  expect(eventsOf(receiver)).toMatchObject([{ action: 'restored', data: { name: 'Lead 3' } }]);
  expect(await readDeliveries(db, other)).toEqual([]);
});

it('Records that came back come under the name that they were asked for by, children with their parents.', async () => {
  const prepared = await prepare();
  const { db, org, receiver } = prepared;
  const names = ['deal', 'contact', 'task'];
  const events = names.map((object_type) => ({ object_type, action: 'restored' }));
  const id = await subscribe(db, org, { url: receiver.url, events });
  await insertLeadFamily(db, org.organizationId);
  await deleteAndUndo(prepared, 1);
  await relayAll(db);
  await takeTurn(db, id);
  const types = receiver.received.map(({ body }) => JSON.parse(String(body)).type);
  expect(types.toSorted()).toEqual(['contact.restored', 'deal.restored', 'task.lead.restored']);
});

it('An undo that nobody listens to makes one row a page, and no delivery.', async () => {
  const prepared = await prepare();
  const { db } = prepared;
  await deleteAndUndo(prepared);
  await relayAll(db);
  const rows = await db
    .selectFrom('event')
    .select(['object_type', 'deleted_counts', 'data', 'previous_data'])
    .where('action', '=', 'restored')
    .orderBy('page_no')
    .execute();
  const nothing = { object_type: 'page', data: null, previous_data: null };
  expect(rows).toEqual([
    { ...nothing, deleted_counts: { lead: 2 } },
    { ...nothing, deleted_counts: { lead: 4 } },
  ]);
  expect(await db.selectFrom('delivery').select('id').execute()).toEqual([]);
});

it('An undo is told of by webhook and by e-mail.', async () => {
  const { db, org, receiver, engine } = await prepare();
  const events = ['created', 'completed'].map((action) => ({ object_type: 'bulk_action.undo', action }));
  const id = await subscribe(db, org, { url: receiver.url, events });
  await deleteLeads(db, org, LEADS, { pageSize: LEADS });
  const bulkDelete = await db.selectFrom('bulk_delete').select('id').executeTakeFirstOrThrow();
  const request = { id: newId(), bulkDeleteId: bulkDelete.id, sendDoneEmail: true };
  await createBulkUndo(engine, actorOf(org), request);
  await workUndoToEnd(engine, request.id);
  await relayAll(db);

  await takeTurn(db, id);
  const sent = receiver.received.map(({ body }) => JSON.parse(String(body)).event);
  expect(sent).toMatchObject([
    { object_type: 'bulk_action.undo', action: 'created', data: { status: 'created', n_objects: LEADS } },
    {
      object_type: 'bulk_action.undo',
      action: 'completed',
      data: { status: 'done', n_objects_restored: LEADS },
    },
  ]);
  expect(sent[1].object_id).toBe(sent[1].data.id);

  const server = await startMailServer();
  const mailer = createMailer({
    smtpUrl: server.url,
    mailDir: 'unused',
    from: 'Winnow <winnow@mail.example>',
    timeouts: { connectionMs: 10_000, greetingMs: 10_000, socketMs: 30_000, totalMs: 60_000 },
  });
  const email = await db
    .selectFrom('delivery')
    .innerJoin('event', 'event.id', 'delivery.event_id')
    .select('delivery.id')
    .where('channel', '=', 'email')
    .where('event.object_type', '=', 'bulk_action.undo')
    .executeTakeFirstOrThrow();
  expect(await deliver(notificationDeps(db, { mailer }), email.id)).toEqual({ kind: 'delivered' });
  const parsed = await PostalMime.parse(server.accepted[0]?.raw ?? '');
  expect(parsed.subject).toBe(`Undo finished: ${LEADS} records restored`);
  expect(parsed.text).toMatch(/https:\/\/winnow\.example\/api\/v1\/bulk_action\/undo\/bulkundo_\w{22}\//);
});
