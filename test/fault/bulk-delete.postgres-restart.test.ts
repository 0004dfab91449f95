import { connect } from '@winnow/db';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import {
  countRows,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  queueFor,
  requestFor,
  spawnApi,
  spawnWorker,
  startPostgres,
} from '../support/index.ts';
import { buildLastingGate, openLastingGate, waitForPageAtLastingGate } from '../support/lasting-gate.ts';

const LEADS = 60;
const PAGE_SIZE = 10;

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
      await buildLastingGate(before, { table: 'lead', passes: 1 });
      const queue = await queueFor(backend, server.url);
      const env = {
        ...queue.env,
        ...GATE_PATIENCE,
        WINNOW_PAGE_SIZE: String(PAGE_SIZE),
        WINNOW_LANES: '1',
      };
      const [api, worker] = await Promise.all([spawnApi(env), spawnWorker(env)]);
      const client = createHttpClient(api.url, org.apiKey);
      const id = await client.startBulkDelete({
        s_query: requestFor('lead', []).sQuery,
        match_all: true,
        send_done_email: false,
      });
      await waitForPageAtLastingGate(before);
      await before.destroy();

      await server.restart(mode);

      const after = open();
      expect(await countRows(after, 'archive.lead')).toBe(PAGE_SIZE);
      expect(await countRows(after, 'lead')).toBe(LEADS - PAGE_SIZE);
      await openLastingGate(after, 'lead');
      expect(await client.waitForEnd(id)).toMatchObject({
        status: 'done',
        n_objects: LEADS,
        n_objects_deleted: LEADS,
        n_objects_not_found: 0,
        n_objects_failed: 0,
        deleted_counts: { lead: LEADS },
      });
      expect(await countRows(after, 'lead')).toBe(0);
      expect(await countRows(after, 'archive.lead')).toBe(LEADS);
      await after.destroy();
      for (const running of [api, worker]) running.kill('SIGTERM');
      expect((await api.exited).code).toBe(0);
      expect((await worker.exited).code).toBe(0);
    },
  );
});
