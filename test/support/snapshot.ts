import type { Db } from '@winnow/db';
import { sql } from 'kysely';

/** Everything that a database holds, as a text for each table; two are equal when nothing has changed. */
export async function takeSnapshot(
  db: Db,
  leaveOut: readonly string[] = [],
): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
    order by 1
  `.execute(db);
  const snapshot: Record<string, string> = {};
  for (const { name } of tables.filter((table) => !leaveOut.includes(table.name))) {
    const { rows } = await sql<{ text: string }>`
      select coalesce(string_agg(t::text, e'\n' order by t::text), '') as text from ${sql.table(name)} as t
    `.execute(db);
    snapshot[name] = rows[0]?.text ?? '';
  }
  return snapshot;
}
