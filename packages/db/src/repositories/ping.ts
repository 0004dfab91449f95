import { sql } from 'kysely';
import { expectAnswersWithin } from '../bounded-driver.ts';
import type { Db } from '../connection.ts';

/**
 * Whether Postgres takes changes, or only reads, as a standby does.
 * @param withinMs the connection is given up soon after it: probes of a frozen server must not use up the pool.
 * @throws the connection's error when it is away.
 */
export async function pingDatabase(db: Db, withinMs?: number): Promise<'ok' | 'read_only'> {
  return db.connection().execute(async (session) => {
    if (withinMs !== undefined) await expectAnswersWithin(session, withinMs);
    // On in a standby too (PostgreSQL documentation, 26.4).
    const { rows } = await sql<{ read_only: boolean }>`
      select current_setting('transaction_read_only')::boolean as read_only
    `.execute(session);
    return rows[0]?.read_only === true ? 'read_only' : 'ok';
  });
}
