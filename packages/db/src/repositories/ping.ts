import { sql } from 'kysely';
import type { Db } from '../connection.ts';

/** Whether Postgres answers. @throws the connection's error when it does not. */
export async function pingDatabase(db: Db): Promise<boolean> {
  await sql`select 1`.execute(db);
  return true;
}
