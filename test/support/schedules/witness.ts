import type { Db } from '@winnow/db';
import { sql } from 'kysely';

/** A row of the database before and after one statement, in the order in which statements of one row took place. */
export interface Entry {
  readonly seq: number;
  readonly what: 'bulk_delete' | 'bulk_delete_page' | 'bulk_undo' | 'bulk_undo_page' | 'foreign';
  readonly before: Json | null;
  readonly after: Json | null;
}

export type Json = Readonly<Record<string, unknown>>;

const WATCHED = ['bulk_delete', 'bulk_delete_page', 'bulk_undo', 'bulk_undo_page'];

/**
 * Has the database write down everything that happens to Winnow's own records, within the transactions that do it. Not
 * to the objects: a trigger there would keep pages from turning triggers off.
 */
export async function buildWitness(db: Db): Promise<void> {
  await sql
    .raw(`
      create table witness (seq bigint generated always as identity, what text, before jsonb, after jsonb);
      create function bear_witness() returns trigger language plpgsql as $$
        begin
          insert into witness (what, before, after) values (
            tg_table_name, case when tg_op = 'UPDATE' then to_jsonb(old) end, to_jsonb(new));
          return null;
        end $$;
      ${WATCHED.map(
        (table) => `
          create trigger bear_witness after insert or update on ${table}
            for each row execute function bear_witness();
          alter table ${table} enable always trigger bear_witness;`,
      ).join('')}
    `)
    .execute(db);
}

/** What has been committed and is not among those seen; an entry of a long transaction comes late, with its own number. */
export async function readWitness(db: Db, seen: ReadonlySet<number>): Promise<readonly Entry[]> {
  const { rows } = await sql<Entry>`
    select * from witness where seq <> all(${[...seen]}::bigint[]) order by seq
  `.execute(db);
  return rows;
}
