import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';
import { WORKABLE_STATUSES } from './bulk-deletes.ts';
import { WORKABLE_UNDO_STATUSES } from './bulk-undos.ts';

/**
 * Keeps why an unfinished bulk delete cannot go on for the moment; since when stays when it waits already. Does nothing
 * while somebody has its row: a page that commits is no waiting.
 */
export async function noteBulkDeleteWaiting(db: Db | Trx, id: string, reason: string): Promise<void> {
  await sql`
    update bulk_delete set waiting_reason = ${reason}, date_waiting = coalesce(date_waiting, clock_timestamp())
    where id = (
      select id from bulk_delete where id = ${id} and status = any(${[...WORKABLE_STATUSES]}::text[])
        and waiting_reason is distinct from ${reason}
      for no key update skip locked
    )
  `.execute(db);
}

/** The same of an undo. */
export async function noteBulkUndoWaiting(db: Db | Trx, id: string, reason: string): Promise<void> {
  await sql`
    update bulk_undo set waiting_reason = ${reason}, date_waiting = coalesce(date_waiting, clock_timestamp())
    where id = (
      select id from bulk_undo where id = ${id} and status = any(${[...WORKABLE_UNDO_STATUSES]}::text[])
        and waiting_reason is distinct from ${reason}
      for no key update skip locked
    )
  `.execute(db);
}
