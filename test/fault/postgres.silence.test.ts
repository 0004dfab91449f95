import { sql } from 'kysely';
import { expect, it } from 'vitest';
import {
  atFileEnd,
  countRows,
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  queueFor,
  requestFor,
  spawnApi,
  spawnWorker,
  startTcpProxy,
  waitFor,
} from '../support/index.ts';
import { buildLastingGate, openLastingGate, waitForPageAtLastingGate } from '../support/lasting-gate.ts';

const LEADS = 60;
const PAGE_SIZE = 10;
/** The server's bound of a statement here, the slack for its answer, and a machine that is busy with other things. */
const ANSWERED_WITHIN_MS = 1000 + 5000 + 10_000;
/** The bound of a readiness probe, likewise. */
const PROBED_WITHIN_MS = 2000 + 5000;

/** A database that is reached over a network that can be taken away. */
async function reachOverProxy(url: string) {
  const target = new URL(url);
  const proxy = await startTcpProxy(Number(target.port));
  atFileEnd('proxy', () => proxy.close());
  target.port = String(proxy.port);
  return { proxy, url: target.href };
}

async function timed<T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const started = performance.now();
  return { value: await work, ms: performance.now() - started };
}

describeOnEachQueue('while Postgres takes requests and says nothing', (backend) => {
  it('the API answers 503 within its bound, says so when asked whether it is ready, and serves again afterwards', async () => {
    const { db, url } = await createDatabase();
    const org = await createOrganization(db);
    const network = await reachOverProxy(url);
    const queue = await queueFor(backend, network.url);
    const api = await spawnApi({ ...queue.env, WINNOW_STATEMENT_TIMEOUT_MS: '1000', WINNOW_DB_POOL: '2' });
    const client = createHttpClient(api.url, org.apiKey);
    const isReady = () => fetch(new URL('/health/ready', api.url)).then(({ status }) => status);
    expect((await client.get('lead/')).status).toBe(200);
    expect(await isReady()).toBe(200);

    network.proxy.freeze();

    const ready = await timed(isReady());
    expect(ready.value).toBe(503);
    expect(ready.ms).toBeLessThan(PROBED_WITHIN_MS);
    const body = { s_query: requestFor('lead', []).sQuery, match_all: true, send_done_email: false };
    const answers = await timed(
      Promise.all([client.get('lead/'), client.post('bulk_action/delete/', body), client.get('me/')]),
    );
    for (const { status, body: said } of answers.value) {
      expect({ status, said }).toEqual({
        status: 503,
        said: { error: 'The database is not available right now. Please try again.' },
      });
    }
    expect(answers.ms).toBeLessThan(ANSWERED_WITHIN_MS);
    expect((await fetch(new URL('/health/live', api.url))).status).toBe(200);

    await network.proxy.restore();
    await waitFor(async () => (await isReady()) === 200, { what: 'the API to be ready again' });
    expect((await client.get('lead/')).status).toBe(200);
    expect(await countRows(db, 'bulk_delete')).toBe(0);
    api.kill();
    expect((await api.exited).code).toBe(0);
  });

  it.each(['frozen for a while', 'cut off without a word'] as const)(
    'a worker whose connections are %s frees itself, and the bulk delete ends exact',
    async (how) => {
      const { db, url } = await createDatabase();
      const org = await createOrganization(db);
      await sql`
        insert into lead (id, organization_id) select gen_random_uuid(), ${org.organizationId} from generate_series(1, ${LEADS})
      `.execute(db);
      await buildLastingGate(db, { table: 'lead', passes: 1 });
      const network = await reachOverProxy(url);
      const queue = await queueFor(backend, url);
      // That of a bulk delete is the size of whoever made it.
      const pages = { WINNOW_PAGE_SIZE: String(PAGE_SIZE) };
      const bounds = {
        WINNOW_LANES: '1',
        // So that a connection that is waited for in vain would be missed.
        WINNOW_DB_POOL: '2',
        WINNOW_WORKER_CONCURRENCY: '1',
        // A page at the gate is in a statement. One that a stalled machine leaves there for longer is tried again.
        WINNOW_STATEMENT_TIMEOUT_MS: '5000',
        WINNOW_IDLE_TIMEOUT_MS: '1000',
      };
      const api = await spawnApi({ ...queue.env, ...pages });
      const worker = await spawnWorker({ ...queue.env, ...pages, ...bounds, DATABASE_URL: network.url });
      const client = createHttpClient(api.url, org.apiKey);
      const id = await client.startBulkDelete({
        s_query: requestFor('lead', []).sQuery,
        match_all: true,
        send_done_email: false,
      });
      await waitForPageAtLastingGate(db);

      if (how === 'cut off without a word') network.proxy.abandonConnections();
      else network.proxy.freeze();
      await waitFor(() => worker.output().includes('ETIMEDOUT'), {
        what: 'the worker to give its connection up',
      });
      expect(await countRows(db, 'archive.lead')).toBe(PAGE_SIZE);
      expect(await countRows(db, 'lead')).toBe(LEADS - PAGE_SIZE);
      await openLastingGate(db, 'lead');
      await network.proxy.restore();

      expect(await client.waitForEnd(id)).toMatchObject({
        status: 'done',
        n_objects: LEADS,
        n_objects_deleted: LEADS,
        n_objects_not_found: 0,
        n_objects_failed: 0,
        deleted_counts: { lead: LEADS },
      });
      expect(await countRows(db, 'lead')).toBe(0);
      expect(await countRows(db, 'archive.lead')).toBe(LEADS);
      for (const running of [api, worker]) running.kill('SIGTERM');
      expect((await api.exited).code).toBe(0);
      expect((await worker.exited).code).toBe(0);
      await network.proxy.close();
    },
  );
});
