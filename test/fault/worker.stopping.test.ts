import type { Db } from '@winnow/db';
import { beforeEach, expect, it } from 'vitest';
import {
  buildPageGate,
  countRows,
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  queueFor,
  spawnApi,
  spawnWorker,
  startTcpProxy,
  type TestOrganization,
  type TestProcess,
  waitFor,
} from '../support/index.ts';
import { DELETE_ALL_LEADS, expectAllDeleted, insertLeadsWithNotes } from '../support/lead-deletion.ts';

const LEADS = 40;
const PAGE_SIZE = 10;
const GRACE_MS = 4000;
/** For finishing a page on a busy machine. */
const PAGE_GRACE_MS = 30_000;
/** For reading and ending a process on a busy machine. Who does not keep to his grace waits a minute or for ever. */
const SLACK_MS = 15_000;

let db: Db;
let url: string;
let org: TestOrganization;
beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  await insertLeadsWithNotes(db, org.organizationId, LEADS);
});

describeOnEachQueue('a process that is told to stop (SIGTERM)', (backend) => {
  async function start(graceMs = GRACE_MS) {
    const queue = await queueFor(backend, url);
    const env = {
      ...queue.env,
      ...GATE_PATIENCE,
      WINNOW_PAGE_SIZE: String(PAGE_SIZE),
      WINNOW_LANES: '1',
      WINNOW_SHUTDOWN_GRACE_MS: String(graceMs),
    };
    const serverUrl = new URL(queue.redis?.url ?? url);
    const network = await startTcpProxy(Number(serverUrl.port));
    serverUrl.port = String(network.port);
    const behindProxy = { ...env, [queue.redis ? 'REDIS_URL' : 'DATABASE_URL']: serverUrl.href };
    return { env, behindProxy, network };
  }

  async function stop(running: TestProcess, graceMs = GRACE_MS) {
    const toldAt = performance.now();
    running.kill('SIGTERM');
    const end = await running.exited;
    expect(performance.now() - toldAt).toBeLessThan(graceMs + SLACK_MS);
    return end;
  }

  it('during a page: the page is finished, the worker exits with 0 within its grace time, and the next worker does the rest', async () => {
    const { env } = await start(PAGE_GRACE_MS);
    const gate = await buildPageGate(url, 'lead');
    await gate.close();
    const [api, worker] = await Promise.all([spawnApi(env), spawnWorker(env)]);
    const client = createHttpClient(api.url, org.apiKey);
    const id = await client.startBulkDelete(DELETE_ALL_LEADS);
    await gate.waitForPage();

    const stopped = stop(worker, PAGE_GRACE_MS);
    await waitFor(() => worker.output().includes('SIGTERM'), { what: 'the worker to take note' });
    await gate.open();
    expect(await stopped).toEqual({ code: 0, signal: null });
    await gate.end();

    expect(await countRows(db, 'archive.lead')).toBe(PAGE_SIZE);
    await spawnWorker(env);
    await expectAllDeleted(db, await client.waitForEnd(id), LEADS);
  });

  it.each(['refuse', 'freeze'] as const)(
    `while ${backend === 'redis' ? 'Redis' : 'Postgres'} is away (%s): API and worker exit within their grace time`,
    async (how) => {
      const { behindProxy, network } = await start();
      const [api, worker] = await Promise.all([spawnApi(behindProxy), spawnWorker(behindProxy)]);
      const client = createHttpClient(api.url, org.apiKey);
      await client.waitForEnd(await client.startBulkDelete(DELETE_ALL_LEADS));
      await network[how]();
      const lost = client.post('bulk_action/delete/', DELETE_ALL_LEADS).catch(() => undefined);
      await Promise.all([stop(api), stop(worker)]);
      await lost;
      await network.close();
    },
  );
});
