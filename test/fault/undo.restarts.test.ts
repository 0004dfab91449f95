import { createBulkDelete } from '@winnow/bulk-delete';
import { encodeId } from '@winnow/catalog';
import { connect, type Db } from '@winnow/db';
import { expect, it } from 'vitest';
import {
  actorOf,
  buildPageGate,
  createEngine,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  queueFor,
  readRows,
  requestFor,
  spawnApi,
  spawnWorker,
  startPostgres,
  waitFor,
  workToEnd,
} from '../support/index.ts';
import { insertLeadsWithNotes } from '../support/lead-deletion.ts';

const LEADS = 60;
const PAGE_SIZE = 10;
const TABLES = ['lead', 'activity', 'archive.lead', 'archive.activity'];

const open = (url: string) =>
  connect({
    connectionString: url,
    applicationName: 'winnow-test',
    poolSize: 4,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });

const readWorld = (db: Db) => Promise.all(TABLES.map((table) => readRows(db, table, ['date_archived'])));

describeOnEachQueue('an undo', (backend) => {
  it('ends exact after Postgres crashed and the queue came back empty in the middle of it, with the same processes', async () => {
    const server = await startPostgres();
    const before = open(server.url);
    const org = await createOrganization(before);
    await insertLeadsWithNotes(before, org.organizationId, LEADS);
    const world = await readWorld(before);
    const engine = createEngine(before, { pageSize: PAGE_SIZE });
    const bulkDelete = await createBulkDelete(engine, actorOf(org), requestFor('lead', []));
    await workToEnd(engine, bulkDelete.id);
    const gate = await buildPageGate(server.url, 'archive.lead');
    await gate.close();
    const queue = await queueFor(backend, server.url);
    const env = { ...queue.env, ...GATE_PATIENCE };
    const [api] = await Promise.all([spawnApi(env), spawnWorker(env)]);
    const client = createHttpClient(api.url, org.apiKey);
    const path = `bulk_action/delete/${encodeId('bulkdelete', bulkDelete.id)}/undo/`;
    const { status, body } = await client.post(path, { send_done_email: false });
    expect(status).toBe(200);
    await gate.waitForPage();
    await before.destroy();

    await queue.redis?.kill();
    await server.restart('immediate');
    await queue.redis?.restart();
    // Its lock went with the server.
    await gate.end();

    const done = await waitFor(
      async () => {
        const found = await client.get(`bulk_action/undo/${String(body.id)}/`);
        return found.body.status === 'done' && found.body;
      },
      { what: 'the undo to end', timeoutMs: 60_000 },
    );
    expect(done).toMatchObject({
      n_objects: 3 * LEADS,
      n_objects_restored: 3 * LEADS,
      n_objects_failed: 0,
      restored_counts: { lead: LEADS, 'activity.note': 2 * LEADS },
    });
    const after = open(server.url);
    expect(await readWorld(after)).toEqual(world);
    await after.destroy();
  });
});
