import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { insertRow } from '../rows.ts';
import type { AskedWorld } from './world-arbitrary.ts';

/** Writes the world's organizations and records, each table at once; what was there of other worlds goes. */
export async function writeWorld(db: Db, { world, organizationIds }: AskedWorld): Promise<void> {
  const names = [...world.tables.keys()].map((table) => sql.id(table));
  await sql`truncate ${sql.join(names)} cascade`.execute(db);
  for (const id of organizationIds) await insertRow(db, 'organization', { id, name: `World ${id}` });
  for (const [table, rows] of world.tables) {
    const columns = Object.keys(rows[0] ?? { id: '' }).map((column) => sql.id(column));
    await sql`
      insert into ${sql.table(table)} (${sql.join(columns)})
      select ${sql.join(columns)} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)
    `.execute(db);
  }
  // Without statistics Postgres takes every table for empty, and compares the words of every pair of rows.
  await sql`analyze ${sql.join(names)}`.execute(db);
}
