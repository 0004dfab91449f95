import { connect } from '@winnow/db';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import {
  countRows,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  queueFor,
  requestFor,
  spawnApi,
  spawnWorker,
  startPostgres,
  waitFor,
} from '../support/index.ts';

const LEADS = 60;

describeOnEachQueue('a bulk delete', (backend) => {
  it.each(['fast', 'immediate'] as const)(
    'ends exact after Postgres was restarted (%s) in the middle of it, with the same processes',
    async (mode) => {
      const server = await startPostgres();
      const open = () =>
        connect({
          connectionString: server.url,
          applicationName: 'winnow-test',
          poolSize: 2,
          statementTimeoutMs: 60_000,
          onIdleError: () => {},
        });
      const before = open();
      const org = await createOrganization(before);
      await sql`
        insert into lead (id, organization_id) select gen_random_uuid(), ${org.organizationId} from generate_series(1, ${LEADS})
      `.execute(before);
      await sql
        .raw(
          `create function take_time() returns trigger language plpgsql as
           $$ begin perform pg_sleep(0.2); return null; end $$`,
        )
        .execute(before);
      await sql`
        create trigger take_time after delete on lead for each statement execute function take_time()
      `.execute(before);
      const queue = await queueFor(backend, server.url);
      const env = { ...queue.env, WINNOW_PAGE_SIZE: '10', WINNOW_LANES: '1' };
      const [api, worker] = await Promise.all([spawnApi(env), spawnWorker(env)]);
      const client = createHttpClient(api.url, org.apiKey);
      const id = await client.startBulkDelete({
        s_query: requestFor('lead', []).sQuery,
        match_all: true,
        send_done_email: false,
      });
      await waitFor(async () => (await countRows(before, 'archive.lead')) > 0, { what: 'the first page' });
      await before.destroy();

      await server.restart(mode);

      expect(await client.waitForEnd(id)).toMatchObject({
        status: 'done',
        n_objects: LEADS,
        n_objects_deleted: LEADS,
        n_objects_not_found: 0,
        n_objects_failed: 0,
        deleted_counts: { lead: LEADS },
      });
      const after = open();
      expect(await countRows(after, 'lead')).toBe(0);
      expect(await countRows(after, 'archive.lead')).toBe(LEADS);
      await after.destroy();
      for (const running of [api, worker]) running.kill('SIGTERM');
      expect((await api.exited).code).toBe(0);
      expect((await worker.exited).code).toBe(0);
    },
  );
});
