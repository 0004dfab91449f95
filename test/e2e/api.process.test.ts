import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import {
  createDatabase,
  createOrganization,
  insertRow,
  spawnApi,
  startTcpProxy,
  type TestDatabase,
  waitFor,
} from '../support/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('The API as a process', () => {
  it('says where it listens, finishes the request in hand on SIGTERM, and ends with code 0.', async () => {
    const { url, db } = await createDatabase();
    const org = await createOrganization(db);
    const id = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'old' });
    const api = await spawnApi({ DATABASE_URL: url });
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);

    let answer: Promise<Response> | undefined;
    await db.transaction().execute(async (trx) => {
      // While this row is locked, the request is in the middle of its work.
      await sql`select 1 from lead where id = ${id} for update`.execute(trx);
      answer = fetch(`${api.url}/api/v1/lead/${id}/`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${org.apiKey}`, 'content-type': 'application/json' },
        body: '{"name":"new"}',
      });
      await waitFor(async () => (await countBlocked(db)) > 0, { what: 'the request to reach the row' });
      api.kill('SIGTERM');
      await waitFor(() => refusesConnections(api.url), { what: 'the port to be closed' });
    });
    const response = await answer;
    expect(response?.status).toBe(200);
    expect(await response?.json()).toMatchObject({ name: 'new' });
    expect(await api.exited).toEqual({ code: 0, signal: null });
    expect(api.output()).not.toContain(org.apiKey);
  });

  it('writes the id that a client gives its request into the line of the log.', async () => {
    const { url, db } = await createDatabase();
    const org = await createOrganization(db);
    const api = await spawnApi({ DATABASE_URL: url });
    const headers = { authorization: `Bearer ${org.apiKey}`, 'x-request-id': 'sync:42' };
    const { headers: answered } = await fetch(`${api.url}/api/v1/me/`, { headers });
    expect(answered.get('x-request-id')).toBe('sync:42');
    expect(answered.get('ratelimit')).toBe('limit=1000, remaining=999, reset=5');
    await waitFor(() => /"request_id":"sync:42".*"path":"\/api\/v1\/me\/"/.test(api.output()), {
      what: 'the line of the request',
    });
  });

  it('gives up what it still does when the grace is over, and ends with code 1.', async () => {
    const { url, db } = await createDatabase();
    const org = await createOrganization(db);
    const id = await insertRow(db, 'lead', { organization_id: org.organizationId });
    const api = await spawnApi({ DATABASE_URL: url, WINNOW_SHUTDOWN_GRACE_MS: '200' });
    await db.transaction().execute(async (trx) => {
      await sql`select 1 from lead where id = ${id} for update`.execute(trx);
      const cut = fetch(`${api.url}/api/v1/lead/${id}/`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${org.apiKey}` },
      }).catch(() => 'cut off');
      await waitFor(async () => (await countBlocked(db)) > 0, { what: 'the request to reach the row' });
      api.kill('SIGTERM');
      expect(await api.exited).toEqual({ code: 1, signal: null });
      expect(await cut).toBe('cut off');
    });
  });

  it('answers 503 while Postgres is away, and goes on when it is back.', async () => {
    const { url, db } = await createDatabase();
    const org = await createOrganization(db);
    const proxy = await startTcpProxy(Number(new URL(url).port));
    const behindProxy = new URL(url);
    behindProxy.port = String(proxy.port);
    const api = await spawnApi({ DATABASE_URL: behindProxy.href });
    const me = () => fetch(`${api.url}/api/v1/me/`, { headers: { authorization: `Bearer ${org.apiKey}` } });
    expect((await me()).status).toBe(200);
    await proxy.refuse();
    const away = await me();
    expect(away.status).toBe(503);
    expect(away.headers.get('retry-after')).toBe('1');
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
    await proxy.restore();
    await waitFor(async () => (await me()).status === 200, { what: 'the API to come back' });
    api.kill('SIGTERM');
    expect((await api.exited).code).toBe(0);
    await proxy.close();
  });

  it('ends within its grace while Postgres does not answer at all.', async () => {
    const { url } = await createDatabase();
    const proxy = await startTcpProxy(Number(new URL(url).port));
    const behindProxy = new URL(url);
    behindProxy.port = String(proxy.port);
    const api = await spawnApi({ DATABASE_URL: behindProxy.href, WINNOW_SHUTDOWN_GRACE_MS: '500' });
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
    proxy.freeze();
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(503);
    api.kill('SIGTERM');
    expect(await api.exited).toEqual({ code: 1, signal: null });
    await proxy.close();
  });
});

describe('A start that cannot work ends with code 1 and one clear sentence:', () => {
  it('a port in use', async () => {
    const { url } = await createDatabase();
    const taken = createServer().listen(0, '127.0.0.1');
    await waitFor(() => taken.listening, { what: 'the port to be taken' });
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await runApi({ DATABASE_URL: url, PORT: String(port) });
    taken.close();
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      `Cannot listen on 127.0.0.1:${port}: another process uses it. Stop that, or set PORT to another one.`,
    );
  });

  it('no database', async () => {
    const { code, stderr } = await runApi({});
    expect(code).toBe(1);
    expect(stderr.trim()).toBe('The configuration is not usable:\n  - DATABASE_URL: the API needs it');
  });
});

async function countBlocked(db: TestDatabase['db']): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0
  `.execute(db);
  return rows[0]?.n ?? 0;
}

async function refusesConnections(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    () => false,
    () => true,
  );
}

function runApi(env: Readonly<Record<string, string>>): Promise<{ code: unknown; stderr: string }> {
  const args = ['--import', 'tsx', 'apps/api/src/main.ts'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, _stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stderr });
    });
  });
}
