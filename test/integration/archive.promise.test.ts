import { keepArchive } from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
import { type Db, findBulkDeleteForWork } from '@winnow/db';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import {
  buildArchiveWeeks,
  createDatabase,
  createEngine,
  createOrganization,
  idAt,
  type TestOrganization,
  weeksAgo,
} from '../support/index.ts';

/** Weeks without a partition of their own are among them, on both sides. */
const WEEKS = [-60, 0, 2, 3, 4, 50] as const;

interface Made {
  readonly week: (typeof WEEKS)[number];
  /** How its archive stands. */
  readonly fate: 'expired' | 'kept' | 'running' | 'expired, being undone' | 'expired, undo paused';
}

const made: fc.Arbitrary<readonly Made[]> = fc.array(
  fc.record({
    week: fc.constantFrom(...WEEKS),
    fate: fc.constantFrom(
      'expired',
      'expired',
      'expired',
      'kept',
      'running',
      'expired, being undone',
      'expired, undo paused',
    ),
  }),
  { minLength: 1, maxLength: 12 },
);

it('The purge never removes what may still be undone, and in the end removes all that may not.', async () => {
  const { db } = await createDatabase();
  const org = await createOrganization(db);
  await buildArchiveWeeks(db, [4, 3, 2, 0]);
  const deps = createEngine(db);
  await fc.assert(
    fc.asyncProperty(made, async (all) => {
      const ids = new Map<string, Made>();
      for (const one of all) ids.set(await insertArchived(db, org, one), one);
      await Promise.all([1, 2].map(() => keepArchive(deps, new AbortController().signal)));
      for (const [id, { fate }] of ids) {
        if (fate !== 'expired') expect({ fate, n: await countArchived(db, id) }).toEqual({ fate, n: 2 });
      }
      // When all have ended, nothing may stay.
      await sql`update bulk_undo set status = 'cancelled', date_finished = now(), date_paused = null where date_finished is null`.execute(
        db,
      );
      await sql`
        update bulk_delete set status = 'cancelled', date_finished = now() - interval '31 days'
        where date_finished is null or date_undo_expires > now()
      `.execute(db);
      await keepArchive(deps, new AbortController().signal);
      const thisWeek = [...ids].filter(([, { week }]) => week === 0);
      for (const [id, { week }] of ids) {
        // This week's partitions are not emptied before it is over.
        expect({ week, n: await countArchived(db, id) }).toEqual({ week, n: week === 0 ? 2 : 0 });
        const row = await findBulkDeleteForWork(db, id);
        expect({ week, isPurged: row?.date_archive_purged !== null }).toEqual({ week, isPurged: week !== 0 });
      }
      for (const [id] of thisWeek)
        await sql`delete from archive.lead where bulk_delete_id = ${id}`.execute(db);
      await sql`update bulk_delete set date_archive_purged = now() where date_archive_purged is null`.execute(
        db,
      );
    }),
    { numRuns: 15 },
  );
});

/** A bulk delete with two archived rows, as its fate wants it. */
async function insertArchived(db: Db, org: TestOrganization, { week, fate }: Made): Promise<string> {
  const id = idAt(weeksAgo(week));
  const finished = fate === 'running' ? null : weeksAgo(fate === 'kept' ? 1 : 6);
  await sql`
    insert into bulk_delete (id, organization_id, source, object_type, status, page_size, n_objects, n_roots,
      n_objects_processed, n_objects_deleted, n_roots_processed, deleted_counts, date_finished)
    values (${id}, ${org.organizationId}, 'query', 'lead', ${finished === null ? 'processing' : 'cancelled'}, 2, 3, 3, 2, 2, 2,
      '{"lead": 2}', ${finished})
  `.execute(db);
  await sql`
    insert into bulk_delete_page (bulk_delete_id, page_no, object_ids, n_roots, status, n_deleted, first_position)
    values (${id}, 1, array[gen_random_uuid(), gen_random_uuid()], 2, 'done', 2, 1)
  `.execute(db);
  await sql`
    insert into archive.lead select (jsonb_populate_record(null::archive.lead,
      to_jsonb(l) || jsonb_build_object('bulk_delete_id', ${id}::text, 'page_no', 1, 'date_archived', now()))).*
    from (select gen_random_uuid() as id, ${org.organizationId}::uuid as organization_id, 'B' as name, '' as description,
      now() as date_created, now() as date_updated, '{}'::jsonb as custom, '{}'::jsonb as metadata
      from generate_series(1, 2)) as l
  `.execute(db);
  if (fate.startsWith('expired,')) {
    const isPaused = fate.endsWith('paused');
    await sql`
      insert into bulk_undo (id, organization_id, bulk_delete_id, status, n_objects, n_pages, date_paused)
      values (${newId()}, ${org.organizationId}, ${id}, ${isPaused ? 'paused' : 'processing'}, 2, 1,
        ${isPaused ? new Date() : null})
    `.execute(db);
  }
  return id;
}

async function countArchived(db: Db, id: string): Promise<number | undefined> {
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from archive.lead where bulk_delete_id = ${id}`.execute(db);
  return rows[0]?.n;
}
