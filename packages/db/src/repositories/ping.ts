import { sql } from 'kysely';
import { expectAnswersWithin } from '../bounded-driver.ts';
import type { Db } from '../connection.ts';

/**
 * Whether Postgres answers. Its connection is given up soon after `withinMs`: probes of a server that is frozen must
 * not use up the pool.
 * @throws the connection's error when it does not.
 */
export async function pingDatabase(db: Db, withinMs: number): Promise<boolean> {
  await db.connection().execute(async (session) => {
    await expectAnswersWithin(session, withinMs);
    await sql`select 1`.execute(session);
  });
  return true;
}
