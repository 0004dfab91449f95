import { createServer } from 'node:net';
import { runSlice } from '@winnow/bulk-delete';
import { connect, type Db, revokeApiKey } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import {
  atFileEnd,
  beginElsewhere,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  insertRow,
  type OtherTransaction,
  startTcpProxy,
  type TestApi,
  type TestOrganization,
  textOf,
  waitFor,
  workToEnd,
} from '../support/index.ts';
import { startWinnow, type WinnowProcess } from '../support/winnow.ts';

let db: Db;
let url: string;
let api: TestApi;
let port: number;
let org: TestOrganization;
let lead: string;
beforeAll(async () => {
  ({ db, url } = await createDatabase());
  api = await createApi(db);
  port = await listen(api);
});
beforeEach(async () => {
  org = await createOrganization(db);
  lead = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Acme' });
});

const listen = async ({ app }: TestApi) =>
  Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
const start = async () =>
  textOf(
    await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', { body: { query: 'Acme' } }),
    'id',
  );
const watch = (id: string, at: number) =>
  startWinnow(['watch', id], { WINNOW_URL: `http://127.0.0.1:${at}`, WINNOW_API_KEY: org.apiKey });
const says = (watching: WinnowProcess, text: string) =>
  waitFor(() => watching.output().includes(text), {
    what: `winnow to say "${text}"`,
    timeoutMs: PATIENCE_MS,
  });
const rowId = async () =>
  (
    await db
      .selectFrom('bulk_delete')
      .select('id')
      .where('organization_id', '=', org.organizationId)
      .executeTakeFirstOrThrow()
  ).id;
const work = async () => workToEnd(createEngine(db), await rowId());

/** A command that starts beside others may take long to say its first word. */
const PATIENCE_MS = 120_000;
const AWAY = 'The API does not answer for now (';
const BACK = 'The API answers again.';
const timesIn = (text: string, part: string) => text.split(part).length - 1;

it('goes on watching while connections are refused, and says once that they are and once that they are not', async () => {
  const id = await start();
  const proxy = await startTcpProxy(port);
  const watching = watch(id, proxy.port);
  await says(watching, 'created');
  await proxy.refuse();
  await says(watching, AWAY);
  await proxy.restore();
  await says(watching, BACK);
  await work();
  const end = await watching.ended;
  expect(end.code).toBe(0);
  expect(end.stdout).toContain(`${id} is done: 1 of 1 objects processed.`);
  expect([timesIn(end.stderr, AWAY), timesIn(end.stderr, BACK)]).toEqual([1, 1]);
  await proxy.close();
});

it('goes on watching through 503, and gives its reason', async () => {
  const id = await start();
  const toPostgres = await startTcpProxy(Number(new URL(url).port));
  const behindProxy = new URL(url);
  behindProxy.port = String(toPostgres.port);
  const pool = connect({
    connectionString: behindProxy.href,
    applicationName: 'winnow-test-proxied',
    poolSize: 2,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  atFileEnd('proxied pool', async () => {
    await pool.destroy();
    await toPostgres.close();
  });
  const watching = watch(id, await listen(await createApi(pool)));
  await says(watching, 'created');
  await toPostgres.refuse();
  await says(watching, `${AWAY}503: `);
  await toPostgres.restore();
  await says(watching, BACK);
  await work();
  expect(await watching.ended).toMatchObject({ code: 0 });
});

it('goes on watching through 429, less often', async () => {
  const id = await start();
  const watching = watch(id, await listen(await createApi(db, { settings: { rateLimit: 1 } })));
  await says(watching, `${AWAY}429: `);
  await says(watching, BACK);
  await work();
  expect(await watching.ended).toMatchObject({ code: 0 });
});

it('ends on Ctrl-C while the API is away, and says that this is the last that is known', async () => {
  const id = await start();
  const proxy = await startTcpProxy(port);
  const watching = watch(id, proxy.port);
  await says(watching, 'created');
  await proxy.refuse();
  await says(watching, AWAY);
  watching.kill('SIGINT');
  const end = await watching.ended;
  expect(end.code).toBe(130);
  expect(end.stderr).toContain(
    `${id} goes on without you; "winnow cancel ${id}" would stop it. So it was when the API answered last.`,
  );
});

it('ends on the first Ctrl-C while an API that is silent is asked for the first time', async () => {
  const id = await start();
  let isAsked = false;
  const silent = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', () => {
        isAsked = true;
      });
  });
  const at = await new Promise<number>((resolve) => {
    silent.listen(0, '127.0.0.1', () => {
      const address = silent.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const watching = watch(id, at);
  await waitFor(() => isAsked, { what: 'the command to ask', timeoutMs: PATIENCE_MS });
  watching.kill('SIGINT');
  expect(await watching.ended).toMatchObject({ code: 130, stderr: 'No longer watching.\n' });
  silent.close();
});

it('ends with the sentence of the API when it may not look any more', async () => {
  const id = await start();
  const watching = watch(id, port);
  await says(watching, 'created');
  await revokeApiKey(db, { organizationId: org.organizationId, id: org.apiKeyId });
  const end = await watching.ended;
  expect(end.code).toBe(1);
  expect(end.stderr).toMatch(/^winnow: .* answered 401: /);
});

it('says while nothing is counted yet what it is doing', async () => {
  const id = await start();
  const watching = watch(id, port);
  await says(watching, '   created, number of objects not known yet\n');
  await api.call(org.apiKey, 'PUT', `/api/v1/bulk_action/delete/${id}/`, { body: { status: 'paused' } });
  await says(watching, '   paused, number of objects not known yet\n');
});

it('says that it will be cancelled while a page is in hand', async () => {
  const id = await start();
  const row = await rowId();
  const other = await lockLead();
  const patient = { statementTimeoutMs: 240_000, lockTimeoutMs: 240_000, idleTimeoutMs: 240_000 };
  const worked = runSlice(createEngine(db, { page: patient }), row, new AbortController().signal);
  await waitFor(isLockedOut, { what: 'its page to wait for the lead' });
  const watching = watch(id, port);
  await says(watching, '0 of 1 objects, pace unknown');
  await api.call(org.apiKey, 'PUT', `/api/v1/bulk_action/delete/${id}/`, { body: { status: 'cancelled' } });
  await says(watching, '0 of 1 objects, will be cancelled\n');
  watching.kill('SIGINT');
  expect((await watching.ended).stderr).toContain(
    `No longer watching. ${id} will be cancelled when the page in hand is finished.`,
  );
  await other.letGo();
  await worked;
});

it('says why it cannot go on for the moment', async () => {
  const id = await start();
  const other = await lockLead();
  const engine = createEngine(db, {
    retryBaseMs: 600_000,
    page: { statementTimeoutMs: 60_000, lockTimeoutMs: 50, idleTimeoutMs: 60_000 },
  });
  const bulkDelete = await rowId();
  const look = async () =>
    (await api.call(org.apiKey, 'GET', `/api/v1/bulk_action/delete/${id}/`)).body.waiting_reason !== null;
  await waitFor(
    async () => {
      await runSlice(engine, bulkDelete, new AbortController().signal);
      return look();
    },
    { what: 'it to meet the lock' },
  );
  const watching = watch(id, port);
  await says(
    watching,
    `${id} waits: Somebody else holds a lock on its records (55P03). It is tried again by itself.\n`,
  );
  await says(watching, '0 of 1 objects, waits\n');
  watching.kill('SIGINT');
  expect((await watching.ended).code).toBe(130);
  await other.letGo();
});

/** Somebody else holds the lead, until it is let go: at the end of the file at the latest. */
async function lockLead(): Promise<OtherTransaction> {
  const other = await beginElsewhere(url);
  atFileEnd('lock on the lead', () => other.letGo());
  await sql`select from lead where id = ${lead} for update`.execute(other.trx);
  return other;
}

/** Whether a session of this database waits for a lock. */
async function isLockedOut(): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows.length > 0;
}
