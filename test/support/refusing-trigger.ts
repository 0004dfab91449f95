import type { Db } from '@winnow/db';
import { sql } from 'kysely';

/** Rows of some tables that cannot be deleted, for a reason that no retry mends. */
export interface RefusingTrigger {
  /** Refuses these too. Plain UUIDs. */
  refuse(ids: readonly string[]): Promise<void>;
  /** Lets all of them be deleted again. */
  relent(): Promise<void>;
  /** Takes the triggers away or puts them back: while they stand, pages cannot turn triggers off. */
  stand(stands: boolean): Promise<void>;
}

/** Builds a trigger into the deletion of rows of these tables that raises an error (SQLSTATE P0001) for those it refuses. */
export async function buildRefusingTrigger(db: Db, ...tables: readonly string[]): Promise<RefusingTrigger> {
  await sql
    .raw(`
      create table refused (id uuid primary key);
      create function refuse_deletion() returns trigger language plpgsql as $$
        begin
          if exists (select from refused where id = old.id) then raise 'this one stays'; end if;
          return old;
        end $$;
      ${tables.map((table) => `create trigger refuse_deletion before delete on ${table} for each row execute function refuse_deletion();`).join('')}
    `)
    .execute(db);
  return {
    async refuse(ids) {
      await sql`insert into refused select unnest(${ids}::uuid[]) on conflict do nothing`.execute(db);
    },
    async relent() {
      await sql`delete from refused`.execute(db);
    },
    async stand(stands) {
      const become = stands ? 'enable' : 'disable';
      await sql
        .raw(tables.map((table) => `alter table ${table} ${become} trigger refuse_deletion;`).join(''))
        .execute(db);
    },
  };
}
