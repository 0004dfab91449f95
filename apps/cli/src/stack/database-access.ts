import { connect, type Db } from '@winnow/db';

/** A person waits for these statements, but a migration of a large table takes what it takes. */
export const STATEMENT_TIMEOUT_MS = 60 * 60 * 1000;

/** Runs `work` on a small pool of its own. */
export async function withDb<T>(databaseUrl: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = connect({
    connectionString: databaseUrl,
    applicationName: 'winnow-cli',
    poolSize: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    // Each statement that fails for it says so itself.
    onIdleError: () => {},
  });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
