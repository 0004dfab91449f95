import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeId } from '@winnow/catalog';
import { sql } from 'kysely';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { between } from '../support/documents.ts';
import {
  ALL_LEADS,
  atFileEnd,
  buildArchiveWeeks,
  buildPageGate,
  buildRefusingTrigger,
  countRows,
  createEngine,
  createHttpClient,
  createOrganization,
  deleteLeadAt,
  describeOnEachQueue,
  GATE_PATIENCE,
  type HttpClient,
  insertFaultLeads,
  insertRow,
  onServer,
  partitionOf,
  queueFor,
  requestFor,
  spawnApi,
  spawnWorker,
  startReceiver,
  type TestOrganization,
  type TestProcess,
  waitFor,
  weeksAgo,
} from '../support/index.ts';
import {
  createRolesDatabase,
  type Role,
  type RolesDatabase,
  readRolesFile,
} from '../support/roles-database.ts';

const DENIED = '42501';

/** Asks a path that does not lie below `/api/v1/`. */
async function post(
  api: { readonly url: string },
  org: TestOrganization,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
) {
  const answer = await fetch(new URL(path, api.url), {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${org.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

const allLeads = { s_query: requestFor('lead', []).sQuery, match_all: true };

/** @returns the lead's id. */
async function makeLead(client: HttpClient, name: string): Promise<string> {
  const { status, body } = await client.post('lead/', { name, contacts: [{ name: 'A' }, { name: 'B' }] });
  expect({ status, body }).toMatchObject({ status: 200 });
  return String(body.id);
}

describeOnEachQueue('processes whose roles may only what they must', (backend) => {
  it('do all the work: objects, deletions of every kind, undo, results, events, e-mails, webhooks', async () => {
    const database = await createRolesDatabase();
    const { owner } = database;
    const org = await createOrganization(owner);
    const mailDir = await mkdtemp(join(tmpdir(), 'winnow-mail-'));
    atFileEnd('mail', () => rm(mailDir, { recursive: true, force: true }));
    const receiver = await startReceiver();
    const env = { WINNOW_MAIL_DIR: mailDir, WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true' };
    const queue = await queueFor(backend, database.urlOf('winnow_api'));
    const [api, worker] = await Promise.all([
      spawnApi({ ...env, ...queue.env }),
      spawnWorker({ ...env, ...queue.env, DATABASE_URL: database.urlOf('winnow_worker') }),
    ]);
    expect(worker.output()).toMatch(/"fastPath":true/);
    const client = createHttpClient(api.url, org.apiKey);
    const ok = async (answer: Promise<{ readonly status: number; readonly body: unknown }>) =>
      expect([200, 201], JSON.stringify(await answer)).toContain((await answer).status);

    await ok(client.post('custom_field/lead/', { name: 'Note', type: 'text' }));
    await ok(client.post('campaign/', { name: 'Spring' }));
    await ok(client.post('status/lead/', { label: 'New' }));
    await ok(client.post('saved_search/', { name: 'all', s_query: allLeads.s_query }));
    await ok(
      client.post('webhook/', {
        url: receiver.url,
        events: [
          { object_type: 'bulk_action.delete', action: 'completed' },
          { object_type: 'lead', action: 'deleted' },
        ],
      }),
    );
    const single = await makeLead(client, 'single');
    await ok(client.put(`lead/${single}/`, { name: 'changed' }));
    await ok(client.post('data/search/', { query: allLeads.s_query }));
    await ok(client.delete(`lead/${single}/`));

    const leads = [await makeLead(client, 'one'), await makeLead(client, 'two')];
    await ok(client.post('bulk_action/delete/', { ...allLeads, dry_run: true }));
    const id = await client.startBulkDelete({ ...allLeads, send_done_email: true });
    expect(await client.waitForEnd(id)).toMatchObject({
      status: 'done',
      n_objects_deleted: 2,
      deleted_counts: { lead: 2, contact: 4 },
    });
    await ok(client.get(`bulk_action/delete/${id}/results/?include_children=true`));
    const exported = await fetch(new URL(`/api/v1/bulk_action/delete/${id}/export/`, api.url), {
      headers: { authorization: `Bearer ${org.apiKey}` },
    });
    expect((await exported.text()).trim().split('\n')).toHaveLength(2);
    await waitFor(async () => (await readdir(mailDir)).some((name) => name.endsWith('.eml')), {
      what: 'the e-mail',
    });
    const { body: undo } = await client.post(`bulk_action/delete/${id}/undo/`, {});
    await waitFor(
      async () => (await client.get(`bulk_action/undo/${String(undo.id)}/`)).body.status === 'done',
      {
        what: 'the undo',
      },
    );
    for (const lead of leads) await ok(client.get(`lead/${lead}/`));

    const inOrg = { organization_id: org.organizationId };
    const campaign = await insertRow(owner, 'campaign', { ...inOrg, name: 'Autumn' });
    const leadRow = await insertRow(owner, 'lead', { ...inOrg, external_id: 'x', campaign_id: campaign });
    const contacts = [
      await insertRow(owner, 'contact', { ...inOrg, lead_id: leadRow }),
      await insertRow(owner, 'contact', { ...inOrg, lead_id: leadRow }),
      await insertRow(owner, 'contact', { ...inOrg, lead_id: leadRow }),
    ].map((row) => encodeId('cont', row));
    const [primary, duplicate, loose] = contacts;
    const merge = { primary_contact_id: primary, duplicate_contact_ids: [duplicate] };
    expect((await post(api, org, '/v1/contacts/merge', merge)).text).toContain('"merged_count":1');
    const byIds = await post(api, org, '/v1/contacts/bulk-delete', { contact_ids: [loose] });
    expect(byIds.text).toContain('"deleted_count":1');
    const identified = { campaignId: encodeId('camp', campaign), leads: [{ externalId: 'x' }] };
    const byIdentifier = await post(api, org, '/api/v1/leads/bulk-delete', identified);
    expect({ status: byIdentifier.status, text: byIdentifier.text }).toMatchObject({ status: 200 });

    const paused = await client.startBulkDelete({ ...allLeads, send_done_email: false });
    await client.put(`bulk_action/delete/${paused}/`, { status: 'cancelled' });
    await client.waitForEnd(paused);
    await ok(client.get('event/'));
    await waitFor(() => receiver.received.some(({ body }) => body.toString().includes('"completed"')), {
      what: 'the webhook',
    });
    await waitFor(() => receiver.received.some(({ body }) => body.toString().includes('"deleted"')), {
      what: 'the webhook of a record',
    });

    for (const running of [api, worker]) running.kill('SIGTERM');
    expect((await api.exited).code).toBe(0);
    expect((await worker.exited).code).toBe(0);
    for (const running of [api, worker] satisfies TestProcess[])
      expect(running.output()).not.toMatch(/permission denied|must be owner|housekeeping failed|42501/);
  });

  it('leave every deletion to workers when the api may not delete, with WINNOW_SYNCHRONOUS_MS=0', async () => {
    const database = await createRolesDatabase();
    const { owner } = database;
    await onServer(database.urlOf('winnow_migrate'), async (run) => {
      await run(await readRolesFile('api-without-delete.sql'));
    });
    for (const table of ['lead', 'contact', 'opportunity', 'task', 'activity', 'document', 'custom_object'])
      expect(await database.attempt('winnow_api', `delete from ${table}`)).toBe(DENIED);
    expect(await database.attempt('winnow_api', 'insert into archive.lead select * from archive.lead')).toBe(
      DENIED,
    );
    const org = await createOrganization(owner);
    const queue = await queueFor(backend, database.urlOf('winnow_api'));
    const [api, worker] = await Promise.all([
      spawnApi({ ...queue.env, WINNOW_SYNCHRONOUS_MS: '0' }),
      spawnWorker({ ...queue.env, DATABASE_URL: database.urlOf('winnow_worker') }),
    ]);
    const client = createHttpClient(api.url, org.apiKey);
    const lead = await makeLead(client, 'single');

    const addresses = (...cities: readonly string[]) => ({ addresses: cities.map((city) => ({ city })) });
    for (const body of [addresses('Gotham', 'Metropolis'), addresses('Gotham'), addresses()])
      expect(await client.put(`lead/${lead}/`, body)).toMatchObject({ status: 200, body });
    expect(await countRows(owner, 'address')).toBe(0);
    const { body: contact } = await client.post('contact/', {
      lead_id: lead,
      emails: [{ email: 'old@wayne.test' }],
      phones: [{ phone: '+16503334444' }],
      urls: [{ url: 'https://wayne.test' }],
    });
    const parts = { emails: [{ email: 'new@wayne.test' }], phones: [], urls: [] };
    expect(await client.put(`contact/${String(contact.id)}/`, parts)).toMatchObject({
      status: 200,
      body: parts,
    });

    const inOrg = { organization_id: org.organizationId };
    const campaign = await insertRow(owner, 'campaign', { ...inOrg, name: 'Autumn' });
    const leadRow = await insertRow(owner, 'lead', { ...inOrg, external_id: 'x', campaign_id: campaign });
    const [primary, duplicate, loose] = [
      await insertRow(owner, 'contact', { ...inOrg, lead_id: leadRow }),
      await insertRow(owner, 'contact', { ...inOrg, lead_id: leadRow }),
      await insertRow(owner, 'contact', { ...inOrg, lead_id: leadRow }),
    ].map((row) => encodeId('cont', row));
    const merge = { primary_contact_id: primary, duplicate_contact_ids: [duplicate] };
    expect(await post(api, org, '/v1/contacts/merge', merge)).toMatchObject({ status: 202 });
    expect(await post(api, org, '/v1/contacts/bulk-delete', { contact_ids: [loose] })).toMatchObject({
      status: 202,
    });
    await waitFor(
      async () => {
        const { body } = await client.get(`contact/?lead_id=${encodeId('lead', leadRow)}`);
        return Array.isArray(body.data) && body.data.length === 1;
      },
      { what: 'a worker to delete the two contacts' },
    );
    const identified = { campaignId: encodeId('camp', campaign), leads: [{ externalId: 'x' }] };
    expect(await post(api, org, '/api/v1/leads/bulk-delete', identified)).toMatchObject({ status: 202 });
    expect((await client.delete(`lead/${lead}/`)).status).toBe(202);
    await waitFor(async () => (await countRows(owner, 'lead')) === 0, {
      what: 'a worker to delete both leads',
    });
    for (const running of [api, worker]) running.kill('SIGTERM');
    expect((await api.exited).code).toBe(0);
    expect((await worker.exited).code).toBe(0);
    for (const running of [api, worker]) expect(running.output()).not.toMatch(/permission denied|42501/);
  });

  it('stop, go on, try again, undo, ping and purge', async () => {
    const database = await createRolesDatabase();
    const { owner } = database;
    const org = await createOrganization(owner);
    await buildArchiveWeeks(owner, [0, 8]);
    const { row: old } = await deleteLeadAt(createEngine(owner), org, weeksAgo(8));
    const [oldPartition] = await partitionOf(owner, old.id);
    expect(oldPartition).toMatch(/^archive\.lead_w/);
    await insertFaultLeads(owner, org, 12);
    const gate = await buildPageGate(database.urlOf('winnow_migrate'), 'lead', 'archive.lead');
    atFileEnd('gate', () => gate.end());
    const refusing = await buildRefusingTrigger(owner, 'lead');
    await sql`grant select on refused to winnow_worker`.execute(owner);
    await refusing.refuse(['00000000-0000-7000-8000-000000000001']);
    const receiver = await startReceiver();
    const queue = await queueFor(backend, database.urlOf('winnow_api'));
    const env = {
      ...queue.env,
      WINNOW_PAGE_SIZE: '4',
      WINNOW_LANES: '1',
      WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
    };
    const [api, worker] = await Promise.all([
      spawnApi(env),
      spawnWorker({ ...env, ...GATE_PATIENCE, DATABASE_URL: database.urlOf('winnow_worker') }),
    ]);
    const client = createHttpClient(api.url, org.apiKey);
    const statusOf = async (path: string) => (await client.get(path)).body.status;
    /** Pauses in the middle of a page, and goes on. */
    const pauseAndResume = async (path: string) => {
      await gate.waitForPage();
      expect(await client.put(path, { status: 'paused' })).toMatchObject({
        status: 200,
        body: { asked_status: 'paused' },
      });
      await gate.open();
      await waitFor(async () => (await statusOf(path)) === 'paused', { what: 'the pause' });
      expect(await client.put(path, { status: 'resuming' })).toMatchObject({ status: 200 });
    };

    await gate.close();
    const once = { 'idempotency-key': 'once' };
    const path = '/api/v1/bulk_action/delete/';
    const asked = await post(api, org, path, ALL_LEADS, once);
    expect(await post(api, org, path, ALL_LEADS, once)).toEqual(asked);
    const id = String(JSON.parse(asked.text).id);
    await pauseAndResume(`bulk_action/delete/${id}/`);
    expect(await client.waitForEnd(id)).toMatchObject({
      status: 'done',
      n_objects_deleted: 11,
      n_objects_failed: 1,
    });
    await refusing.relent();
    const { body: retry } = await client.post(`bulk_action/delete/${id}/retry/`, {});
    expect(await client.waitForEnd(String(retry.id))).toMatchObject({ status: 'done', n_objects_deleted: 1 });

    expect(await client.post(`bulk_action/delete/${id}/undo/`, { dry_run: true })).toMatchObject({
      status: 200,
      body: { dry_run: true, n_objects_restorable: 33 },
    });
    await gate.close();
    const { body: undo } = await client.post(`bulk_action/delete/${id}/undo/`, { send_done_email: false });
    const undoPath = `bulk_action/undo/${String(undo.id)}/`;
    await pauseAndResume(undoPath);
    await waitFor(async () => (await statusOf(undoPath)) === 'done', { what: 'the undo' });
    expect(await countRows(owner, 'lead')).toBe(11);

    const { body: saved } = await client.post('saved_search/', { name: 'all', s_query: ALL_LEADS.s_query });
    const savedPath = `saved_search/${String(saved.id)}/`;
    expect(await client.put(savedPath, { name: 'every' })).toMatchObject({
      status: 200,
      body: { name: 'every' },
    });
    expect(await client.delete(savedPath)).toMatchObject({ status: 200 });

    const { body: webhook } = await client.post('webhook/', {
      url: receiver.url,
      events: [{ object_type: 'lead', action: 'deleted' }],
    });
    const webhookPath = `webhook/${String(webhook.id)}/`;
    const { status, body: ping } = await client.post(`${webhookPath}ping/`, {});
    expect(status).toBe(202);
    const pingPath = `${webhookPath}deliveries/${String(ping.id)}/`;
    await waitFor(async () => (await statusOf(pingPath)) === 'delivered', { what: 'the ping' });
    expect((await client.post(`${pingPath}redeliver/`, {})).status).toBe(202);
    await waitFor(() => receiver.received.length === 2, { what: 'the ping again' });
    await waitFor(async () => (await statusOf(pingPath)) === 'delivered', { what: 'the second delivery' });
    expect(await client.post(`${webhookPath}rotate_secret/`, {})).toMatchObject({ status: 200 });
    expect(await client.put(webhookPath, { status: 'paused' })).toMatchObject({ status: 200 });
    expect(await client.delete(webhookPath)).toMatchObject({ status: 200 });

    await waitFor(
      async () => {
        const { rows } = await sql`select from pg_class where oid = to_regclass(${oldPartition})`.execute(
          owner,
        );
        return rows.length === 0;
      },
      { what: 'the old week to be dropped', timeoutMs: 120_000 },
    );
    expect(await countRows(owner, 'archive_purge')).toBe(1);
    for (const running of [api, worker]) running.kill('SIGTERM');
    expect((await api.exited).code).toBe(0);
    expect((await worker.exited).code).toBe(0);
    for (const running of [api, worker])
      expect(running.output()).not.toMatch(/permission denied|must be owner|housekeeping failed|42501/);
  });
});

/** The statements of a section of docs/operations.md. */
async function statementsOf(section: string): Promise<readonly string[]> {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const text = between(page, `\n## ${section}\n`, '\n## ');
  return [...text.matchAll(/`(select [^`]+)`/g)].map(([, statement = '']) => statement);
}
const WATCHING = await statementsOf('Watching it');

describe('a role', () => {
  let database: RolesDatabase;
  beforeAll(async () => {
    database = await createRolesDatabase();
  });

  it.each<[Role, string]>([
    ['winnow_api', 'drop table lead'],
    ['winnow_api', 'truncate lead'],
    ['winnow_api', 'alter table lead add column x int'],
    ['winnow_api', 'create table x (a int)'],
    ['winnow_api', 'create temporary table x (a int)'],
    ['winnow_api', "set session_replication_role = 'replica'"],
    ['winnow_api', "update api_key set scopes = '{*}'"],
    ['winnow_api', 'insert into api_key select * from api_key'],
    ['winnow_api', 'delete from bulk_delete'],
    ['winnow_api', 'delete from bulk_delete_page'],
    ['winnow_api', "update event set action = 'created'"],
    ['winnow_api', 'delete from event'],
    ['winnow_api', 'update archive.lead set name = null'],
    ['winnow_api', 'delete from archive.lead'],
    ['winnow_api', 'drop schema archive'],
    ['winnow_worker', 'drop table lead'],
    ['winnow_worker', 'truncate lead'],
    ['winnow_worker', 'create table archive.x (a int)'],
    ['winnow_worker', 'select from api_key'],
    ['winnow_worker', 'select from signing_key'],
    ['winnow_worker', 'insert into bulk_delete (id) values (null)'],
    ['winnow_worker', 'delete from bulk_delete'],
    ['winnow_worker', "update event set action = 'created'"],
    ['winnow_worker', 'delete from event'],
    ['winnow_worker', 'update user_account set email = null'],
    ['winnow_worker', 'delete from webhook_subscription'],
    ['winnow_worker', "update webhook_subscription set url = 'https://elsewhere.test'"],
    ['winnow_worker', "update webhook_subscription set signature_key = ''"],
    ['winnow_worker', "update webhook_subscription set previous_signature_key = ''"],
    ['winnow_worker', "update webhook_subscription set events = '[]'"],
    ['winnow_worker', 'update webhook_subscription set event_filter = null'],
    ['winnow_worker', 'update webhook_subscription set verify_ssl = false'],
    ['winnow_monitor', 'select from lead'],
    ['winnow_monitor', 'select from archive.lead'],
    ['winnow_monitor', 'select from event'],
    ['winnow_monitor', 'select from webhook_subscription'],
    ['winnow_monitor', 'update bulk_delete set status = null'],
    ['winnow_monitor', 'select s_query from bulk_delete'],
    ['winnow_monitor', 'select frozen_query from bulk_delete'],
    ['winnow_monitor', 'select query from bulk_delete'],
    ['winnow_monitor', 'select query_words from bulk_delete'],
    ['winnow_monitor', 'select message from bulk_undo_conflict'],
  ])('%s may not: %s', async (role, statement) => {
    expect(await database.attempt(role, statement)).toBe(DENIED);
  });

  it.each<[Role, string]>([
    ['winnow_monitor', 'select from bulk_delete'],
    ['winnow_monitor', 'select from delivery'],
    ['winnow_monitor', 'select from pg_stat_activity'],
    ['winnow_monitor', 'select * from archive_partition'],
    ['winnow_monitor', 'select * from archive_purge'],
    ['winnow_monitor', 'select archive_is_needed(gen_random_uuid(), gen_random_uuid())'],
    ['winnow_worker', "set session_replication_role = 'replica'"],
    [
      'winnow_worker',
      `update webhook_subscription set leased_until = null, lease_no = 1, failures_in_row = 0, failing_since = null,
         resting_until = null, rests_in_row = 0, date_warned = null, status = 'paused', pause_reason = '', date_updated = now()`,
    ],
    ['winnow_worker', 'select from webhook_subscription for share'],
    ['winnow_worker', 'select from webhook_subscription for no key update'],
  ])('%s may: %s', async (role, statement) => {
    expect(await database.attempt(role, statement)).toBeUndefined();
  });

  it.each(WATCHING)('that looks on may ask: %s', async (statement) => {
    expect(await database.attempt('winnow_monitor', statement)).toBeUndefined();
  });

  it('that looks on finds questions about bulk deletes and about undos in docs/operations.md.', () => {
    for (const table of [
      'bulk_delete',
      'bulk_undo',
      'bulk_delete_page',
      'bulk_undo_page',
      'bulk_undo_conflict',
    ])
      expect(WATCHING.join('\n')).toMatch(new RegExp(`from ${table}\\b`));
  });

  it('that looks on sees all columns of what it watches but those that hold what was asked for, or quote a record.', async () => {
    const hidden = await onServer(database.urlOf(), (run) =>
      run(`
        select attrelid::regclass || '.' || attname as name from pg_attribute
        where attnum > 0 and not attisdropped
          and attrelid in (
            select oid from pg_class
            where relnamespace = 'public'::regnamespace and has_any_column_privilege('winnow_monitor', oid, 'select')
          )
          and not has_column_privilege('winnow_monitor', attrelid, attnum, 'select')
        order by 1`),
    );
    expect(hidden.map(({ name }) => name)).toEqual([
      'bulk_delete.frozen_query',
      'bulk_delete.query',
      'bulk_delete.query_words',
      'bulk_delete.s_query',
      'bulk_undo_conflict.message',
    ]);
  });

  it('of the api may interrupt the statement of a worker, as a pause does.', async () => {
    const worker = database.attempt('winnow_worker', 'select pg_sleep(60)');
    await waitFor(
      async () => {
        // Only a superuser sees what others do.
        const [row] = await onServer(inject('postgresUrl'), (sql) =>
          sql("select pid from pg_stat_activity where usename = 'winnow_worker' and wait_event = 'PgSleep'"),
        );
        const pid = row?.pid;
        return (
          pid !== undefined &&
          (await database.attempt('winnow_api', `select pg_cancel_backend(${pid})`)) === undefined
        );
      },
      { what: 'the statement to be interrupted' },
    );
    expect(await worker).toBe('57014');
  });
});
