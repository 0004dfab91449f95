import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { addLeads } from '../support/deleted-leads.ts';
import {
  atFileEnd,
  countRows,
  createDatabase,
  createHttpClient,
  createOrganization,
  queueFor,
  requestFor,
  spawnApi,
  spawnWorker,
  startTcpProxy,
  waitFor,
} from '../support/index.ts';
import { whileLocked } from '../support/table-lock.ts';

it('a worker that loses its connections to a queue in Postgres while it takes up the queue goes on, and works', async () => {
  const { db, url } = await createDatabase();
  const org = await createOrganization(db);
  const { env } = await queueFor('postgres', url);
  await addLeads(db, org, 1);
  const network = await startTcpProxy(Number(new URL(url).port));
  atFileEnd('the network before Postgres', () => network.close());
  const throughNetwork = new URL(url);
  throughNetwork.port = String(network.port);
  const worker = await whileLocked(url, 'bullmq.migration', async () => {
    const starting = await spawnWorker({ ...env, DATABASE_URL: throughNetwork.href });
    await waitFor(
      async () => {
        // Its look at the queue's tables waits for the lock.
        const { rows } = await sql`
          select from pg_stat_activity
          where datname = current_database() and application_name = 'winnow-queue' and wait_event_type = 'Lock'
        `.execute(db);
        return rows.length > 0;
      },
      { what: 'the worker to look' },
    );
    await network.refuse();
    await network.restore();
    return starting;
  });

  const api = await spawnApi(env);
  const client = createHttpClient(api.url, org.apiKey);
  const id = await client.startBulkDelete({
    s_query: requestFor('lead', []).sQuery,
    match_all: true,
    send_done_email: false,
  });
  expect(await client.waitForEnd(id)).toMatchObject({ status: 'done', n_objects_deleted: 1 });
  expect(await countRows(db, 'lead')).toBe(0);
  worker.kill('SIGTERM');
  expect(await worker.exited).toEqual({ code: 0, signal: null });
});
