import { connect, migrateToLatest } from '@winnow/db';
import { migrateQueue } from '@winnow/queue';

/** The same server and user, another database. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Brings a database to what every process of Winnow expects: our schema and the queue's. */
export async function migrateDatabase(url: string): Promise<void> {
  const db = connect({
    connectionString: url,
    applicationName: 'winnow-test-migrate',
    poolSize: 2,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  try {
    await migrateToLatest(db);
  } finally {
    await db.destroy();
  }
  await migrateQueue({ backend: 'postgres', databaseUrl: url, enqueueTimeoutMs: 5_000 });
}
