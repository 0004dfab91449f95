import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { waitFor } from './wait-for.ts';

/** A gate for pages that is kept in the database itself: it stands as it stood after a crash, and in every copy. */
export interface LastingGate {
  /** Rows of this table are deleted by a page that comes to the gate. */
  readonly table: 'lead' | 'archive.lead';
  /** So many pages are let through and committed before one is held. */
  readonly passes: number;
}

/**
 * Builds a closed gate into the deletion of the table's rows. A page that is held waits in a statement, not for a lock,
 * and after its connection or its server is gone the next try of it is held again.
 */
export async function buildLastingGate(db: Db, { table, passes }: LastingGate): Promise<void> {
  const pages = table === 'lead' ? 'bulk_delete_page' : 'bulk_undo_page';
  const name = `stand_at_${table.replace('.', '_')}_gate`;
  await sql
    .raw(`
      create table if not exists closed_gate (of text primary key);
      insert into closed_gate values ('${table}');
      create function ${name}() returns trigger language plpgsql as $$
        begin
          while exists (select from closed_gate where of = '${table}')
            and (select count(*) from ${pages} where status = 'done') >= ${passes} loop
            perform pg_sleep(0.02);
          end loop;
          return null;
        end $$;
      create trigger ${name} after delete on ${table} for each statement execute function ${name}()
    `)
    .execute(db);
}

/** Waits until so many pages of workers stand at a gate, their rows deleted and nothing of it committed. */
export async function waitForPageAtLastingGate(db: Db, pages = 1): Promise<void> {
  await waitFor(
    async () => {
      const { rows } = await sql`
        select from pg_stat_activity
        where datname = current_database() and application_name = 'winnow-worker' and wait_event = 'PgSleep'
      `.execute(db);
      return rows.length >= pages;
    },
    { what: `${pages} page(s) at the gate`, timeoutMs: 60_000 },
  );
}

/** Lets all pages through from now on, those too that stand there. */
export async function openLastingGate(db: Db, table: LastingGate['table']): Promise<void> {
  await sql`delete from closed_gate where of = ${table}`.execute(db);
}
