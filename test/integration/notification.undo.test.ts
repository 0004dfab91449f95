import { createBulkUndo } from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
import { createMailer, deliver } from '@winnow/notification';
import PostalMime from 'postal-mime';
import { expect, it } from 'vitest';
import { deleteLeads, relayAll } from '../support/deleted-leads.ts';
import {
  actorOf,
  createDatabase,
  createEngine,
  createOrganization,
  undo,
  workUndoToEnd,
} from '../support/index.ts';
import { startMailServer } from '../support/mail-server.ts';
import { notificationDeps, readDeliveries, subscribe, takeTurn } from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const LEADS = 6;

async function prepare() {
  const { db } = await createDatabase();
  const org = await createOrganization(db);
  const receiver = await startReceiver();
  return { db, org, receiver, engine: createEngine(db) };
}

it('Webhooks of deletions that were undone before they were sent are not sent, and their delivery ends.', async () => {
  const { db, org, receiver, engine } = await prepare();
  const events = [{ object_type: 'lead', action: 'deleted' }];
  const id = await subscribe(db, org, { url: receiver.url, events });
  await deleteLeads(db, org, LEADS, { pageSize: LEADS });
  await relayAll(db);
  const bulkDelete = await db.selectFrom('bulk_delete').select('id').executeTakeFirstOrThrow();
  await undo(engine, org, bulkDelete.id);

  await takeTurn(db, id);

  expect(receiver.received).toEqual([]);
  const [delivery, ...others] = await readDeliveries(db, id);
  expect(others).toEqual([]);
  expect(delivery?.status).not.toBe('pending');
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
