import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Db, errorCode } from '@winnow/db';
import { inject } from 'vitest';
import { onServer } from './admin-connection.ts';
import { atFileEnd } from './file-end.ts';
import { databaseUrl } from './migrated-database.ts';
import { waitFor } from './wait-for.ts';

const STATEMENT_TIMEOUT_MS = 60_000;
const POOL_SIZE = 10;
/**
 * A killed process's sessions end within a second or two; what stays longer, somebody forgot to close. Less than the half
 * minute after which a forgotten pool closes a connection that it does not use.
 */
const LEAK_TIMEOUT_MS = 20_000;
const CLONE_ATTEMPTS = 50;
const CLONE_PAUSE_MS = 200;
/** SQLSTATE object_in_use: the template is being accessed. */
const OBJECT_IN_USE = '55006';

export interface TestDatabase {
  /** Connection string of the super user. */
  readonly url: string;
  /** A pool on it; closed by `drop`. */
  readonly db: Db;
  /**
   * Removes it; done at the end of the test file where the test does not.
   * @throws when a worker, a queue or a pool is still connected: it must be closed by the test that opened it.
   */
  drop(): Promise<void>;
}

/** A fresh migrated database on the run's server. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await cloneTemplate(server, name);
  const url = databaseUrl(server, name);
  const db = connect({
    connectionString: url,
    applicationName: 'winnow-test',
    poolSize: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onIdleError: () => {},
  });
  let dropped: Promise<void> | null = null;
  const drop = (): Promise<void> => {
    dropped ??= dropDatabase(server, name, db).finally(forget);
    return dropped;
  };
  const forget = atFileEnd(`database ${name}`, drop);
  return { url, db, drop };
}

async function cloneTemplate(server: string, name: string): Promise<void> {
  await onServer(server, async (sql) => {
    for (let attempt = 1; ; attempt++) {
      try {
        await sql(`create database ${name} template ${inject('templateDatabase')}`);
        return;
      } catch (error) {
        if (errorCode(error) !== OBJECT_IN_USE || attempt === CLONE_ATTEMPTS) throw error;
        await pause(CLONE_PAUSE_MS);
      }
    }
  });
}

async function dropDatabase(server: string, name: string, db: Db): Promise<void> {
  // Waits for transactions that are still open, for ever if need be; the drop below cuts them off.
  const closed = db.destroy().catch(() => {});
  await onServer(server, async (sql) => {
    const findSessions = () =>
      sql(
        `select application_name, state, left(query, 200) as query from pg_stat_activity
         where datname = $1 and backend_type = 'client backend'`,
        [name],
      );
    const leaked = await waitFor(async () => ((await findSessions()).length === 0 ? ([] as const) : null), {
      timeoutMs: LEAK_TIMEOUT_MS,
      what: 'the sessions to end',
    }).catch(findSessions);
    await sql(`drop database if exists ${name} with (force)`);
    if (leaked.length > 0) {
      throw new Error(`${leaked.length} session(s) were still open: ${JSON.stringify(leaked)}`);
    }
  });
  await closed;
}
