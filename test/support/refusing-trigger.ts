import type { Db } from '@winnow/db';
import { sql } from 'kysely';

/** Rows of `table` that cannot be deleted, for a reason that no retry mends. */
export interface RefusingTrigger {
  /** Refuses these too. Plain UUIDs. */
  refuse(ids: readonly string[]): Promise<void>;
  /** Lets all of them be deleted again. */
  relent(): Promise<void>;
}

/** Builds a trigger into the deletion of rows of `table` that raises an error (SQLSTATE P0001) for those it refuses. */
export async function buildRefusingTrigger(db: Db, table: string): Promise<RefusingTrigger> {
  await sql
    .raw(`
      create table refused (id uuid primary key);
      create function refuse_deletion() returns trigger language plpgsql as $$
        begin
          if exists (select from refused where id = old.id) then raise 'this one stays'; end if;
          return old;
        end $$;
      create trigger refuse_deletion before delete on ${table} for each row execute function refuse_deletion()
    `)
    .execute(db);
  return {
    async refuse(ids) {
      await sql`insert into refused select unnest(${ids}::uuid[]) on conflict do nothing`.execute(db);
    },
    async relent() {
      await sql`delete from refused`.execute(db);
    },
  };
}
