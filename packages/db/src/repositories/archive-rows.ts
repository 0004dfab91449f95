import type { Catalog } from '@winnow/catalog';
import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';
import type { ArchivedPage } from './archived-objects.ts';

/** The archive's tables that a page may have written to, by name, partitions left out. */
export async function listArchiveTables(db: Db | Trx, catalog: Catalog): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${catalog.archiveSchema} and c.relkind in ('r', 'p') and not c.relispartition
      and (c.relname = 'detached_link' or c.relname = any(${Object.keys(catalog.tables)}::text[]))
    order by 1
  `.execute(db);
  return rows.map(({ name }) => name);
}

/**
 * Bulk deletes whose archive has expired and lies in no partition of a week: their ids tell no time, or were made by a
 * clock that was far off, or the archive is not partitioned at all.
 */
export async function findExpiredOutsidePartitions(
  db: Db,
  catalog: Catalog,
  { limit }: { readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with week as materialized (
      select distinct from_id, to_id from archive_partition
      where schema_name = ${catalog.archiveSchema} and not is_default
    )
    select b.id from bulk_delete b
    where b.date_undo_expires <= now() and b.date_archive_purged is null
      and not exists (select from week where b.id >= week.from_id and b.id < week.to_id)
      and not exists (select from bulk_undo u where u.bulk_delete_id = b.id and u.date_finished is null)
      and not exists (
        select from archive_purge p
        where p.date_marked is null and b.id >= p.from_id and b.id < p.to_id and b.date_undo_expires <= p.date_purged
      )
    order by b.date_undo_expires
    limit ${limit}
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** Deletes what one page has put into these tables of the archive. */
export async function deleteArchivedPage(
  trx: Trx,
  catalog: Catalog,
  {
    bulkDeleteId,
    pageNo,
    tables,
  }: Pick<ArchivedPage, 'bulkDeleteId' | 'pageNo'> & { readonly tables: readonly string[] },
): Promise<void> {
  if (tables.length === 0) return;
  const deletions = tables.map(
    (table) => sql`${sql.id(`purged_${table}`)} as (
      delete from ${sql.id(catalog.archiveSchema, table)}
      where bulk_delete_id = ${bulkDeleteId}::uuid and page_no = ${pageNo}::int
    )`,
  );
  await sql`with ${sql.join(deletions)} select`.execute(trx);
}

/**
 * Writes down that everything that was archived of one bulk delete has been deleted: on record, and in its own row. What
 * undos of it remember for the event log goes too.
 */
export async function recordPurge(trx: Trx, bulkDeleteId: string): Promise<void> {
  await sql`
    with purged as (
      insert into archive_purge (bulk_delete_id, n_bulk_deletes, n_objects, date_marked)
      select b.id, 1, coalesce((select sum(value::bigint) from jsonb_each_text(b.deleted_counts)), 0)
          - (select coalesce(sum(u.n_objects_restored), 0) from bulk_undo u where u.bulk_delete_id = b.id),
        clock_timestamp()
      from bulk_delete b where b.id = ${bulkDeleteId} and b.date_archive_purged is null
      returning bulk_delete_id, date_purged
    ), forgotten as (
      delete from bulk_undo_restored r using purged where r.bulk_delete_id = purged.bulk_delete_id
    )
    update bulk_delete b set date_archive_purged = purged.date_purged from purged where b.id = purged.bulk_delete_id
  `.execute(trx);
}
