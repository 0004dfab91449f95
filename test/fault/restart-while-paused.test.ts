import { connect } from '@winnow/db';
import { expect, it } from 'vitest';
import {
  buildPageGate,
  countRows,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  queueFor,
  spawnApi,
  spawnWorker,
  startPostgres,
  waitFor,
} from '../support/index.ts';
import { DELETE_ALL_LEADS, expectAllDeleted, insertLeadsWithNotes } from '../support/lead-deletion.ts';

const LEADS = 60;
const PAGE_SIZE = 10;

const open = (url: string) =>
  connect({
    connectionString: url,
    applicationName: 'winnow-test',
    poolSize: 2,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });

describeOnEachQueue('a paused bulk delete', (backend) => {
  it('stays paused while everything is restarted (api, worker, queue, Postgres), and ends exact when it is resumed', async () => {
    const server = await startPostgres();
    const before = open(server.url);
    const org = await createOrganization(before);
    await insertLeadsWithNotes(before, org.organizationId, LEADS);
    const gate = await buildPageGate(server.url, 'lead');
    const queue = await queueFor(backend, server.url);
    const env = {
      ...queue.env,
      ...GATE_PATIENCE,
      WINNOW_PAGE_SIZE: String(PAGE_SIZE),
      WINNOW_LANES: '1',
      WINNOW_RECONCILE_MS: '200',
    };
    const start = () => Promise.all([spawnApi(env), spawnWorker(env)]);

    await gate.close();
    const first = await start();
    const client = createHttpClient(first[0].url, org.apiKey);
    const id = await client.startBulkDelete(DELETE_ALL_LEADS);
    await gate.waitForPage();
    const path = `bulk_action/delete/${id}/`;
    expect((await client.put(path, { status: 'paused' })).status).toBe(200);
    await gate.open();
    const paused = await waitFor(
      async () => {
        const { body } = await client.get(path);
        return body.status === 'paused' && body;
      },
      { what: 'the bulk delete to be paused' },
    );
    expect(paused).toMatchObject({ n_objects: LEADS, n_objects_deleted: PAGE_SIZE });

    for (const running of first) running.kill('SIGKILL');
    await Promise.all(first.map(({ exited }) => exited));
    await gate.end();
    await before.destroy();
    await queue.redis?.kill();
    await server.restart('immediate');
    await queue.redis?.restart();

    const [api] = await start();
    const after = open(server.url);
    const again = createHttpClient(api.url, org.apiKey);
    // Workers are at work, and the reconciler has looked: what nobody rang for was found.
    const other = await createOrganization(after);
    const others = createHttpClient(api.url, other.apiKey);
    await others.waitForEnd(await others.startBulkDelete(DELETE_ALL_LEADS));
    expect((await again.get(path)).body).toEqual(paused);
    expect(await countRows(after, 'archive.lead')).toBe(PAGE_SIZE);

    expect((await again.put(path, { status: 'resuming' })).status).toBe(200);
    await expectAllDeleted(after, await again.waitForEnd(id), LEADS);
    await after.destroy();
  });
});
