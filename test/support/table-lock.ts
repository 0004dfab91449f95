import { connect } from '@winnow/db';
import { sql } from 'kysely';

/** Does the work while another session holds a lock on a table that nobody can even read beside. */
export async function whileLocked<T>(url: string, table: string, work: () => Promise<T>): Promise<T> {
  const other = connect({
    connectionString: url,
    applicationName: 'winnow-test-lock',
    poolSize: 1,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  try {
    return await other.transaction().execute(async (trx) => {
      await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(trx);
      return work();
    });
  } finally {
    await other.destroy();
  }
}
