import { deleteByIds, type EngineDeps } from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
import type { BulkDeleteRow, Db } from '@winnow/db';
import { sql } from 'kysely';
import type { TestOrganization } from './factories.ts';
import { insertLeadFamily, type LeadFamily } from './lead-family.ts';
import { actorOf } from './requests.ts';

const HOUR_MS = 3_600_000;
export const WEEK_MS = 7 * 24 * HOUR_MS;

/** The moment so many weeks before now; behind now when negative. */
export function weeksAgo(n: number): Date {
  return new Date(Date.now() - n * WEEK_MS);
}

/** A UUID of version 7 as it would have been made at this moment. */
export function idAt(moment: Date): string {
  const digits = moment.getTime().toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}${newId().slice(13)}`;
}

/**
 * Gives the archive partitions of past weeks, as if Winnow had worked in them. The partition of all that was before, which
 * must be empty, goes.
 * @param weeks how many weeks ago; 0 is this one.
 */
export async function buildArchiveWeeks(db: Db, weeks: readonly number[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ partition_name: string }>`
      select partition_name from archive_partition where from_id = ${'0'.repeat(32)}::uuid
    `.execute(trx);
    for (const { partition_name } of rows) {
      await sql`drop table ${sql.table(`archive.${partition_name}`)}`.execute(trx);
    }
    await sql`
      select archive_add_partition(c.relname, c.relname || '_w' || to_char(start, 'YYYYMMDD'),
        archive_id_at(start), archive_id_at(start + interval '168 hours'))
      from pg_class c, unnest(${weeks}::int[]) as week,
      lateral (select date_trunc('week', now()) - week * interval '168 hours' as start) as monday
      where c.relnamespace = 'archive'::regnamespace and c.relkind = 'p'
    `.execute(trx);
  });
}

/** Deletes a lead with its family by a bulk delete that was made and ended at this moment. */
export async function deleteLeadAt(
  deps: EngineDeps,
  org: TestOrganization,
  moment: Date,
): Promise<{ readonly row: BulkDeleteRow; readonly family: LeadFamily }> {
  const family = await insertLeadFamily(deps.db, org.organizationId);
  const row = await deleteByIds(deps, actorOf(org), {
    id: idAt(moment),
    objectType: 'lead',
    ids: [family.lead],
    source: 'ids',
  });
  const aged = await deps.db
    .updateTable('bulk_delete')
    .set({ date_created: moment, date_finished: moment })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row: aged, family };
}

/** Lets the archive of a bulk delete that has ended expire, as if its retention were over. */
export async function expire(db: Db, bulkDeleteId: string): Promise<void> {
  await sql`
    update bulk_delete set date_finished = now() - archive_retention_ms * interval '1 millisecond' - interval '1 second'
    where id = ${bulkDeleteId}
  `.execute(db);
}

/** The names of the partitions in which the rows of a bulk delete lie, of one table of the archive. */
export async function partitionOf(
  db: Db,
  bulkDeleteId: string,
  table = 'archive.lead',
): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct tableoid::regclass::text as name from ${sql.table(table)} where bulk_delete_id = ${bulkDeleteId}
  `.execute(db);
  return rows.map(({ name }) => name);
}
