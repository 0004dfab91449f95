import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';

/** What a column does with a value that is not given. */
export type WhenAbsent =
  /** The row is refused. */
  | 'refuse'
  /** It becomes null. */
  | 'null'
  /** It takes the column's default. */
  | 'default';

/** @returns by column of the table, what becomes of a value that is not given. */
export async function readColumnFacts(
  db: Db | Trx,
  table: { readonly schema: string; readonly name: string },
): Promise<ReadonlyMap<string, WhenAbsent>> {
  const { rows } = await sql<{ name: string; when_absent: WhenAbsent }>`
    select a.attname::text as name,
           case when a.atthasdef then 'default' when a.attnotnull then 'refuse' else 'null' end as when_absent
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${table.schema} and c.relname = ${table.name} and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = ''
  `.execute(db);
  return new Map(rows.map((row) => [row.name, row.when_absent]));
}
