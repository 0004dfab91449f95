import { connect } from '@winnow/db';
import { CompiledQuery } from 'kysely';

const STATEMENT_TIMEOUT_MS = 60_000;

type RunSql = (
  text: string,
  parameters?: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Runs statements as the super user on one connection, which is closed again whatever happens. */
export async function onServer<T>(url: string, work: (sql: RunSql) => Promise<T>): Promise<T> {
  const db = connect({
    connectionString: url,
    applicationName: 'winnow-test-admin',
    poolSize: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onIdleError: () => {},
  });
  try {
    return await work(async (text, parameters = []) => {
      const { rows } = await db.executeQuery<Readonly<Record<string, unknown>>>(
        CompiledQuery.raw(text, [...parameters]),
      );
      return rows;
    });
  } finally {
    await db.destroy();
  }
}
