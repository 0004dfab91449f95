import { type Selectable, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database } from '../tables.ts';

export type ArchivePurgeRow = Selectable<Database['archive_purge']>;

/**
 * Makes the archive's partitions of this week and the next, where they are missing; pages go on meanwhile.
 * @returns how many were missing.
 * @throws SQLSTATE 55P03 when a lock was not to be had at once: then later.
 */
export async function makeArchivePartitions(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select archive_make_partitions() as n`.execute(db);
  return rows[0]?.n ?? 0;
}

/**
 * Empties the partitions of the oldest week of which nothing is needed any more, if there is one and nobody else purges.
 * @returns what was written down about it.
 * @throws SQLSTATE 55P03 when somebody reads them: then later.
 */
export async function purgeNextPartitions(db: Db): Promise<ArchivePurgeRow | undefined> {
  const { rows } = await sql<ArchivePurgeRow>`select * from archive_purge_next()`.execute(db);
  return rows[0];
}

/**
 * Drops one empty partition of a week that is over.
 * @returns its name; undefined when there is none.
 * @throws SQLSTATE 55P03 when pages have its table in use: then later.
 */
export async function dropNextPartition(db: Db): Promise<string | undefined> {
  const { rows } = await sql<{ name: string | null }>`select archive_drop_next() as name`.execute(db);
  return rows[0]?.name ?? undefined;
}

/**
 * Writes into the records of bulk deletes whose partitions were emptied that they were, a portion at a time. What undos
 * of them remember for the event log goes too.
 * @returns how many; fewer than `limit` when all have it.
 */
export async function markPurged(db: Db, { limit }: { readonly limit: number }): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with purge as materialized (
      select * from archive_purge where date_marked is null order by id limit 1
    ), due as materialized (
      select b.id from purge join bulk_delete b on b.id >= purge.from_id and b.id < purge.to_id
      where b.date_undo_expires <= purge.date_purged and b.date_archive_purged is null
      limit ${limit}
    ), marked as (
      update bulk_delete b set date_archive_purged = purge.date_purged from due, purge
      where b.id = due.id and b.date_archive_purged is null
    ), forgotten as (
      delete from bulk_undo_restored r using due where r.bulk_delete_id = due.id
    ), finished as (
      update archive_purge p set date_marked = clock_timestamp() from purge
      where p.id = purge.id and (select count(*) from due) < ${limit}
      returning p.id
    )
    select case when exists (select from finished) and exists (
      select from archive_purge p where p.date_marked is null and p.id not in (select id from finished)
    ) then ${limit}::int else (select count(*)::int from due) end as n
  `.execute(db);
  return rows[0]?.n ?? 0;
}
