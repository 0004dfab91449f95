import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';

/** Of the advisory lock that those who purge take alone, and those who make an undo share. */
const ARCHIVE_LOCK = sql`hashtextextended('winnow archive', 0)`;

/** Nobody purges anything until the transaction ends. Waits for one who is at it: for a moment. */
export async function holdArchive(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${ARCHIVE_LOCK})`.execute(trx);
}

/** Nobody makes an undo until the transaction ends. @returns false when somebody else holds the archive. */
export async function takeArchive(trx: Trx): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_xact_lock(${ARCHIVE_LOCK}) as taken
  `.execute(trx);
  return rows[0]?.taken === true;
}

/**
 * When the archive of a bulk delete expired, by the clock of the database; undefined while it is kept, and where there
 * never was one.
 */
export async function findArchiveExpiry(db: Db | Trx, bulkDeleteId: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom('bulk_delete')
    .select('date_undo_expires')
    .where('id', '=', bulkDeleteId)
    .where(sql<boolean>`date_undo_expires <= clock_timestamp()`)
    .executeTakeFirst();
  return row?.date_undo_expires ?? undefined;
}

/** Whether nothing is needed any more of what is archived of it: it has expired, and no undo of it runs. */
export async function hasArchiveExpired(trx: Trx, bulkDeleteId: string): Promise<boolean> {
  const { rows } = await sql<{ expired: boolean }>`
    select exists (
      select from bulk_delete b where b.id = ${bulkDeleteId} and b.date_undo_expires <= clock_timestamp() and not exists (
        select from bulk_undo u where u.bulk_delete_id = b.id and u.date_finished is null
      )
    ) as expired
  `.execute(trx);
  return rows[0]?.expired === true;
}
