import { connect } from '@winnow/db';
import fastify from 'fastify';
import { sql } from 'kysely';

const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * What the API is measured beside: Fastify without a plugin, and a route that reads one row by its primary key over the
 * same driver. No key, no check, no log: nothing that asks this database one question answers faster.
 */
async function main(): Promise<void> {
  const db = connect({
    connectionString: String(process.env.DATABASE_URL),
    applicationName: 'winnow-bench-bare',
    poolSize: Number(process.env.WINNOW_DB_POOL),
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onIdleError: () => {},
  });
  const app = fastify();
  app.get<{ Params: { id: string } }>('/:id', async ({ params: { id } }) => {
    const { rows } = await sql`select id, name from lead where id = ${id}`.execute(db);
    return rows[0];
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  process.once('SIGTERM', () => void app.close().then(() => db.destroy()));
  console.log(JSON.stringify({ msg: 'bare route listening', url }));
}

await main();
