import { newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';

export type Row = Readonly<Record<string, unknown>>;

/** Writes a row of any table as it is. @returns its id, made here unless given. */
export async function insertRow(db: Db, table: string, row: Row): Promise<string> {
  const id = typeof row.id === 'string' ? row.id : newId();
  const values = { ...row, id };
  await sql`
    insert into ${sql.table(table)} (${sql.join(Object.keys(values).map((column) => sql.id(column)))})
    values (${sql.join(Object.values(values))})
  `.execute(db);
  return id;
}

/** Rows of a table as Postgres prints them, by id: equal text is equal to the byte. @param ids all unless given. */
export async function readRows(
  db: Db,
  table: string,
  leaveOut: readonly string[] = [],
  ids: readonly string[] | null = null,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; text: string }>`
    select id::text, (to_jsonb(t) - ${leaveOut}::text[])::text as text from ${sql.table(table)} as t
    where ${ids}::uuid[] is null or id = any(${ids}::uuid[])
    order by id
  `.execute(db);
  return new Map(rows.map(({ id, text }) => [id, text]));
}

export async function countRows(db: Db, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(db);
  return rows[0]?.n ?? 0;
}
