import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connect, type Db } from '@winnow/db';
import { startPostgres as startServer } from '@winnow/embedded';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import {
  atFileEnd,
  countRows,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  queueFor,
  requestFor,
  runWinnow,
  spawnApi,
  spawnWorker,
  startPostgres,
} from '../support/index.ts';
import { buildLastingGate, openLastingGate, waitForPageAtLastingGate } from '../support/lasting-gate.ts';
import { databaseUrl } from '../support/migrated-database.ts';
import { makeServerFolder } from '../support/server-folder.ts';

const LEADS = 60;
const PAGE_SIZE = 10;
/** Two servers and four processes are started one after the other. */
const TWO_LIVES_MS = 240_000;
const run = promisify(execFile);

function open(url: string): Db {
  return connect({
    connectionString: url,
    applicationName: 'winnow-test',
    poolSize: 2,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
}

/** A server on a cold copy of another's files, as a back-up of them is restored. */
async function restore(dataDir: string): Promise<string> {
  const folder = await makeServerFolder('postgres');
  await run('cp', ['-a', `${dataDir}/.`, folder.path]);
  const server = await startServer({ dataDir: folder.path, durable: false });
  atFileEnd('the restored postgres', async () => {
    await server.stop('immediate');
    await folder.remove();
  });
  return databaseUrl(server.url, 'winnow');
}

describeOnEachQueue('a database that is restored as it was in the middle of a bulk delete', (backend) => {
  it(
    'is held before workers start, touches nothing until it is resumed, and then ends exact',
    async () => {
      const first = await startPostgres();
      const before = open(first.url);
      const org = await createOrganization(before);
      await sql`
      insert into lead (id, organization_id) select gen_random_uuid(), ${org.organizationId} from generate_series(1, ${LEADS})
    `.execute(before);
      await buildLastingGate(before, { table: 'lead', passes: 1 });
      const queue = await queueFor(backend, first.url);
      const env = {
        ...queue.env,
        ...GATE_PATIENCE,
        WINNOW_PAGE_SIZE: String(PAGE_SIZE),
        WINNOW_LANES: '1',
      };
      const [api, worker] = await Promise.all([spawnApi(env), spawnWorker(env)]);
      const body = { s_query: requestFor('lead', []).sQuery, match_all: true, send_done_email: false };
      const id = await createHttpClient(api.url, org.apiKey).startBulkDelete(body);
      await waitForPageAtLastingGate(before);
      for (const running of [api, worker]) running.kill('SIGKILL');
      await Promise.all([api.exited, worker.exited]);
      await before.destroy();
      await first.stop('fast');

      // The queue, where it is not in the database, is of a later time than the copy from here on.
      const url = await restore(first.dataDir);
      const db = open(url);
      const left = await countRows(db, 'lead');
      expect(left).toBe(LEADS - PAGE_SIZE);
      // Nothing holds a page from here on but that it is paused.
      await openLastingGate(db, 'lead');
      const held = await runWinnow(['hold'], { DATABASE_URL: url, PATH: process.env.PATH ?? '' });
      expect(held).toMatchObject({ code: 0 });
      expect(held.stdout).toMatch(new RegExp(`^${id} +paused `, 'm'));

      const restoredEnv = { ...env, DATABASE_URL: url };
      const [restoredApi, restoredWorker] = await Promise.all([
        spawnApi(restoredEnv),
        spawnWorker(restoredEnv),
      ]);
      const client = createHttpClient(restoredApi.url, org.apiKey);
      // Another one's work shows that the worker is at work.
      const other = await createOrganization(db);
      await sql`insert into lead (id, organization_id) values (gen_random_uuid(), ${other.organizationId})`.execute(
        db,
      );
      const others = createHttpClient(restoredApi.url, other.apiKey);
      expect(await others.waitForEnd(await others.startBulkDelete(body))).toMatchObject({
        n_objects_deleted: 1,
      });
      expect(await countRows(db, 'lead')).toBe(left);
      expect((await client.get(`bulk_action/delete/${id}/`)).body).toMatchObject({ status: 'paused' });

      expect((await client.put(`bulk_action/delete/${id}/`, { status: 'resuming' })).status).toBe(200);
      expect(await client.waitForEnd(id)).toMatchObject({
        status: 'done',
        n_objects: LEADS,
        n_objects_deleted: LEADS,
        n_objects_not_found: 0,
        n_objects_failed: 0,
      });
      expect(await countRows(db, 'lead')).toBe(0);
      expect(await countRows(db, 'archive.lead')).toBe(LEADS + 1);
      for (const running of [restoredApi, restoredWorker]) running.kill('SIGTERM');
      expect((await restoredApi.exited).code).toBe(0);
      expect((await restoredWorker.exited).code).toBe(0);
      await db.destroy();
      expect((await runWinnow(['hold'], { DATABASE_URL: url, PATH: process.env.PATH ?? '' })).stdout).toBe(
        'Nothing is unfinished.\n',
      );
    },
    TWO_LIVES_MS,
  );
});
