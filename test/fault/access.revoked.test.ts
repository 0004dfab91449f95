import { encodeId } from '@winnow/catalog';
import { createApiKey, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { accountOf, liveLeads } from '../support/account.ts';
import { addLeads } from '../support/deleted-leads.ts';
import {
  buildPageGate,
  createDatabase,
  createOrganization,
  type PageGate,
  requestFor,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { type RunningWinnow, startWinnowProcesses, waitForStatus } from '../support/running-winnow.ts';
import { whileLocked } from '../support/table-lock.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import { runWinnow } from '../support/winnow.ts';

const LEADS = 6;
/** A command line loads much before it does anything. */
const COMMAND_TIMEOUT_MS = 180_000;
const deleteAllLeads = { s_query: requestFor('lead', []).sQuery, match_all: true };
const ENDED = ['done', 'error', 'cancelled'];

let db: Db;
let url: string;
let org: TestOrganization;
/** Of the same user; it stays. */
let otherKey: string;
let gate: PageGate;
let mail: MailServer;
let winnow: RunningWinnow;

beforeAll(async () => {
  ({ db, url } = await createDatabase());
  gate = await buildPageGate(url, 'lead');
  mail = await startMailServer();
  winnow = await startWinnowProcesses('postgres', url, {
    apis: 1,
    workers: 1,
    env: {
      WINNOW_PAGE_SIZE: '2',
      WINNOW_LANES: '1',
      SMTP_URL: mail.url,
      WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
    },
  });
});
beforeEach(async () => {
  org = await createOrganization(db);
  const { key } = await createApiKey(db, {
    organizationId: org.organizationId,
    userId: org.userId,
    name: 'other',
    scopes: ['*'],
  });
  otherKey = key;
  await addLeads(db, org, LEADS);
});
afterEach(() => gate.open());
afterAll(async () => {
  await winnow.stop();
  await gate.end();
});

const mailsToUs = () => mail.accepted.filter(({ to }) => to.includes(org.userEmail)).length;
const command = (...args: readonly string[]) => runWinnow(args, winnow.env);
const theKey = () => encodeId('api', org.apiKeyId);

/** Starts one with the organization's first key and holds it in the middle of its first page. */
async function startAndHold(): Promise<string> {
  await gate.close();
  const id = await winnow.client(org.apiKey).startBulkDelete(deleteAllLeads);
  await waitFor(async () => (await gate.countPages()) === 1, { what: 'the page', timeoutMs: 60_000 });
  return id;
}

/** As an operator does it: there is no command for it, and keys go first. @returns the key of who stays. */
async function deleteUser(): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into user_account (id, organization_id, email)
    values (gen_random_uuid(), ${org.organizationId}, 'stays@example.com') returning id
  `.execute(db);
  const { key } = await createApiKey(db, {
    organizationId: org.organizationId,
    userId: rows[0]?.id ?? '',
    name: 'stays',
    scopes: ['*'],
  });
  await sql`delete from api_key where user_id = ${org.userId}`.execute(db);
  await sql`delete from user_account where id = ${org.userId}`.execute(db);
  return key;
}

it(
  'a key revoked mid-job opens nothing any more; what it started goes on, is told of, and can be stopped with another key',
  async () => {
    const id = await startAndHold();
    const { code, stderr } = await command('keys', 'revoke', theKey());
    expect(code).toBe(0);
    expect(stderr).toContain('go on: 1. To cancel them: winnow keys revoke');
    const path = `bulk_action/delete/${id}/`;
    expect((await winnow.client(org.apiKey).get(path)).status).toBe(401);
    expect((await winnow.client(org.apiKey).put(path, { status: 'cancelled' })).status).toBe(401);
    const client = winnow.client(otherKey);
    expect((await client.put(path, { status: 'paused' })).status).toBe(200);
    await gate.open();
    await waitForStatus(client, path, ['paused', ...ENDED]);
    expect((await client.put(path, { status: 'resuming' })).status).toBe(200);
    expect(await client.waitForEnd(id)).toMatchObject({ status: 'done', n_objects_deleted: LEADS });
    await waitFor(() => mailsToUs() === 1, { what: 'the done e-mail' });
  },
  COMMAND_TIMEOUT_MS,
);

it(
  'a key revoked with --cancel-bulk-deletes takes its unfinished bulk deletes with it, and no other',
  async () => {
    const held = await startAndHold();
    const client = winnow.client(otherKey);
    const paused = await winnow.client(org.apiKey).startBulkDelete(deleteAllLeads);
    await client.put(`bulk_action/delete/${paused}/`, { status: 'paused' });
    const others = await client.startBulkDelete(deleteAllLeads);

    const { code, stdout } = await command('keys', 'revoke', theKey(), '--cancel-bulk-deletes');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `Revoked ${theKey()}.`,
      expect.stringContaining(`${held} will be cancelled when the page in hand is finished`),
      expect.stringContaining(`${paused} is cancelled`),
      '',
    ]);
    await gate.open();
    expect(await client.waitForEnd(held)).toMatchObject({ status: 'cancelled', n_objects_deleted: 2 });
    const { ids } = await accountOf(db, client, held);
    expect(ids.unprocessed).toHaveLength(LEADS - 2);
    expect(await client.waitForEnd(paused)).toMatchObject({ status: 'cancelled' });
    expect(await client.waitForEnd(others)).toMatchObject({ status: 'done' });
    expect(await liveLeads(db, org.organizationId)).toEqual([]);
  },
  COMMAND_TIMEOUT_MS,
);

it('a user deleted mid-job: it goes on, its events and webhooks are sent, its record and its undo are there; the e-mail goes to nobody', async () => {
  const receiver = await startReceiver();
  const subscribed = await winnow.client(org.apiKey).post('webhook/', {
    url: receiver.url,
    events: [{ object_type: 'bulk_action.delete', action: 'completed' }],
  });
  expect(subscribed.status).toBe(201);
  const id = await startAndHold();
  const key = await deleteUser();
  await gate.open();
  const client = winnow.client(key);
  const done = await client.waitForEnd(id);
  expect(done).toMatchObject({
    status: 'done',
    n_objects_deleted: LEADS,
    created_by: encodeId('user', org.userId),
  });
  await waitFor(() => receiver.received.length === 1, { what: 'the webhook' });
  const events = await client.get(`event/?object_id=${id}&action=completed`);
  expect(events).toMatchObject({ status: 200, body: { data: [{ user_id: encodeId('user', org.userId) }] } });
  // The event that would have caused it is relayed: nothing is left to be sent.
  await waitForRelay();
  expect(await emailDeliveries()).toEqual([]);

  const undo = await client.post(`bulk_action/delete/${id}/undo/`, {});
  const path = `bulk_action/undo/${undo.body.id}/`;
  expect(await waitForStatus(client, path, ENDED)).toMatchObject({
    status: 'done',
    n_objects_restored: LEADS,
  });
  expect(await liveLeads(db, org.organizationId)).toHaveLength(LEADS);
  expect(mailsToUs()).toBe(0);
});

it('a user deleted before his query is resolved: it is resolved and done all the same', async () => {
  const client = winnow.client(org.apiKey);
  const id = await whileLocked(url, 'bulk_delete_page', async () => {
    const begun = await client.startBulkDelete(deleteAllLeads);
    const path = `bulk_action/delete/${begun}/`;
    expect((await client.put(path, { status: 'paused' })).status).toBe(200);
    expect(await waitForStatus(client, path, ['paused'])).toMatchObject({ n_objects: null });
    return begun;
  });
  const stays = winnow.client(await deleteUser());
  expect((await stays.put(`bulk_action/delete/${id}/`, { status: 'resuming' })).status).toBe(200);
  expect(await stays.waitForEnd(id)).toMatchObject({ status: 'done', n_objects_deleted: LEADS });
  expect((await stays.get('bulk_action/delete/')).status).toBe(200);
  await waitForRelay();
  expect(await emailDeliveries()).toEqual([]);
});

async function waitForRelay(): Promise<void> {
  await waitFor(
    async () => {
      const rows = await db
        .selectFrom('event')
        .select('id')
        .where('organization_id', '=', org.organizationId)
        .where('date_relayed', 'is', null)
        .execute();
      return rows.length === 0;
    },
    { what: 'the relay of all events' },
  );
}

const emailDeliveries = () =>
  db
    .selectFrom('delivery')
    .select(['status', 'last_error'])
    .where('organization_id', '=', org.organizationId)
    .where('channel', '=', 'email')
    .execute();
