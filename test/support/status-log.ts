import { TRANSITIONS, UNDO_TRANSITIONS } from '@winnow/bulk-delete';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';

const LEGAL: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  bulk_delete: TRANSITIONS,
  bulk_undo: UNDO_TRANSITIONS,
};

/** Writes down every change of status of bulk deletes and undos, whoever makes it. */
export async function logStatusChanges(db: Db): Promise<void> {
  await sql
    .raw(`
      create table status_change (kind text, of uuid, was text, became text);
      create function log_status_change() returns trigger language plpgsql as
        $$ begin insert into status_change values (tg_table_name, old.id, old.status, new.status); return null; end $$;
      create trigger log_status_change after update of status on bulk_delete
        for each row when (old.status <> new.status) execute function log_status_change();
      create trigger log_status_change after update of status on bulk_undo
        for each row when (old.status <> new.status) execute function log_status_change()
    `)
    .execute(db);
}

/** What has been written down and is not in the tables of legal changes, as sentences. @returns with the count of all. */
export async function readStatusChanges(
  db: Db,
): Promise<{ readonly n: number; readonly illegal: readonly string[] }> {
  const { rows } = await sql<{ kind: string; was: string; became: string }>`
    select kind, was, became from status_change
  `.execute(db);
  const illegal = rows.filter(({ kind, was, became }) => LEGAL[kind]?.[was]?.[became] === undefined);
  return {
    n: rows.length,
    illegal: illegal.map(({ kind, was, became }) => `${kind}: ${was} to ${became}`),
  };
}
