import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeId } from '@winnow/catalog';
import { connect, type Db } from '@winnow/db';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  atFileEnd,
  countRows,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  type HttpClient,
  insertRow,
  onServer,
  queueFor,
  requestFor,
  runWinnow,
  spawnApi,
  spawnWorker,
  startReceiver,
  type TestOrganization,
  type TestProcess,
  waitFor,
} from '../support/index.ts';

const FILES = new URL('../../infra/postgres/', import.meta.url);
const ROLES = ['winnow_migrate', 'winnow_api', 'winnow_worker', 'winnow_monitor'] as const;
type Role = (typeof ROLES)[number];
const PASSWORD = 'roles';
const DENIED = '42501';

interface RolesDatabase {
  urlOf(role: Role): string;
  /** A pool of `winnow_migrate`, who owns everything. */
  readonly owner: Db;
  /** Runs statements as the role. @returns the SQLSTATE of what was refused; undefined when nothing was. */
  attempt(role: Role, statement: string): Promise<string | undefined>;
}

const readSql = (name: string) => readFile(new URL(name, FILES), 'utf8');

/** A database made as docs/operations.md says: roles, migration by the owner, grants. */
async function createRolesDatabase(): Promise<RolesDatabase> {
  const server = inject('postgresUrl');
  const name = `roles_${randomBytes(4).toString('hex')}`;
  const here = (user?: string) => {
    const url = new URL(server);
    url.pathname = `/${name}`;
    if (user) [url.username, url.password] = [user, PASSWORD];
    return url.href;
  };
  await onServer(server, (sql) => sql(`create database ${name}`));
  atFileEnd(name, () =>
    onServer(server, async (sql) => void (await sql(`drop database ${name} with (force)`))),
  );
  await onServer(here(), async (sql) => {
    await sql(await readSql('roles.sql'));
    for (const role of ROLES) await sql(`alter role ${role} password '${PASSWORD}'`);
  });
  const migrated = await runWinnow(['migrate'], {
    DATABASE_URL: here('winnow_migrate'),
    PATH: process.env.PATH ?? '',
  });
  if (migrated.code !== 0) throw new Error(migrated.stderr);
  await onServer(here('winnow_migrate'), async (sql) => {
    const grants = await readSql('grants.sql');
    await sql(grants);
    await sql(grants);
  });
  const owner = connect({
    connectionString: here('winnow_migrate'),
    applicationName: 'winnow-test',
    poolSize: 2,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  atFileEnd('owner', () => owner.destroy());
  return {
    urlOf: here,
    owner,
    attempt: (role, statement) =>
      onServer(here(role), (sql) => sql(statement)).then(
        () => undefined,
        (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
      ),
  };
}

/** Asks a path that does not lie below `/api/v1/`. */
async function post(api: { readonly url: string }, org: TestOrganization, path: string, body: unknown) {
  const answer = await fetch(new URL(path, api.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${org.apiKey}`, 'content-type': 'application/json' },
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
    await onServer(
      database.urlOf('winnow_migrate'),
      async (sql) => void (await sql(await readSql('api-without-delete.sql'))),
    );
    expect(await database.attempt('winnow_api', 'delete from lead')).toBe(DENIED);
    const org = await createOrganization(owner);
    const queue = await queueFor(backend, database.urlOf('winnow_api'));
    const [api, worker] = await Promise.all([
      spawnApi({ ...queue.env, WINNOW_SYNCHRONOUS_MS: '0' }),
      spawnWorker({ ...queue.env, DATABASE_URL: database.urlOf('winnow_worker') }),
    ]);
    const client = createHttpClient(api.url, org.apiKey);
    const lead = await makeLead(client, 'single');
    expect((await client.delete(`lead/${lead}/`)).status).toBe(202);
    await waitFor(async () => (await countRows(owner, 'lead')) === 0, { what: 'a worker to delete it' });
    for (const running of [api, worker]) running.kill('SIGTERM');
    expect((await api.exited).code).toBe(0);
    expect((await worker.exited).code).toBe(0);
    for (const running of [api, worker]) expect(running.output()).not.toMatch(/permission denied|42501/);
  });
});

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
    ['winnow_monitor', 'select from lead'],
    ['winnow_monitor', 'select from archive.lead'],
    ['winnow_monitor', 'select from event'],
    ['winnow_monitor', 'select from webhook_subscription'],
    ['winnow_monitor', 'update bulk_delete set status = null'],
  ])('%s may not: %s', async (role, statement) => {
    expect(await database.attempt(role, statement)).toBe(DENIED);
  });

  it.each<[Role, string]>([
    ['winnow_monitor', 'select from bulk_delete'],
    ['winnow_monitor', 'select from delivery'],
    ['winnow_monitor', 'select from pg_stat_activity'],
    ['winnow_worker', "set session_replication_role = 'replica'"],
  ])('%s may: %s', async (role, statement) => {
    expect(await database.attempt(role, statement)).toBeUndefined();
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
