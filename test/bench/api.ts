import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import type { QueueBackend } from '../support/index.ts';
import { redisAvailable } from '../support/redis.ts';
import { measureApi } from './api/measure.ts';
import { type MeasuredQueue, reportApi } from './api/report.ts';
import { withApi, withBareRoute } from './api/servers.ts';
import type { BenchReport } from './report.ts';
import { startSeededServer } from './seeded-server.ts';

const QUEUES: readonly QueueBackend[] = redisAvailable ? ['postgres', 'redis'] : ['postgres'];

/**
 * Requests a second of the API, on both queue backends, beside a bare Fastify route with one `select` on the same
 * database; and records a second of the deletion of 500 ids beside a loop of single DELETEs. Rate limits are off, and no
 * worker runs.
 */
export async function benchApi({
  leads,
  seconds,
}: {
  readonly leads: number;
  /** How long requests of a kind are sent to each server, deletions aside. */
  readonly seconds: number;
}): Promise<BenchReport> {
  const server = await startSeededServer(leads);
  return server.withCopy(({ url, db }) =>
    withBareRoute(url, async (bareUrl) => {
      const [lead = ''] = await listIds(db, 'lead', 1);
      const rows = { lead, opportunities: (await listIds(db, 'opportunity')).values() };
      const queues: MeasuredQueue[] = [];
      for (const queue of QUEUES) {
        const measured = await withApi(url, queue, (apiUrl) =>
          measureApi(db, { target: { url: apiUrl, apiKey: server.apiKey }, bareUrl }, rows, seconds),
        );
        queues.push({ queue, ...measured });
      }
      return reportApi(queues);
    }),
  );
}

async function listIds(db: Db, table: string, limit: number | null = null): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} order by id limit ${limit}
  `.execute(db);
  return rows.map(({ id }) => id);
}
