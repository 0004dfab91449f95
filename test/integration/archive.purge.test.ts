import { readFile } from 'node:fs/promises';
import { createBulkUndo, deleteByIds, keepArchive } from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
import {
  type Db,
  dropNextPartition,
  findBulkDeleteForWork,
  holdArchive,
  insertBulkUndo,
  makeArchivePartitions,
  purgeNextPartitions,
} from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  buildArchiveWeeks,
  buildPageGate,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  deleteLeadAt,
  expire,
  idAt,
  insertLeadFamily,
  LIBRARY_CATALOG,
  partitionOf,
  readRows,
  startUndo,
  type TestDatabase,
  type TestOrganization,
  undo,
  waitFor,
  weeksAgo,
  workUndoToEnd,
} from '../support/index.ts';

let database: TestDatabase;
let db: Db;
let org: TestOrganization;
let deps: ReturnType<typeof createEngine>;

beforeEach(async () => {
  database = await createDatabase();
  ({ db } = database);
  org = await createOrganization(db);
  deps = createEngine(db);
  await buildArchiveWeeks(db, [6, 0]);
});

const upkeep = (engine = deps) => keepArchive(engine, new AbortController().signal);
const purges = () => db.selectFrom('archive_purge').selectAll().orderBy('id').execute();
const countArchived = async (id: string) => {
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from archive.lead where bulk_delete_id = ${id}`.execute(db);
  return rows[0]?.n;
};
const weeks = async () => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from archive_partition where table_name = 'lead' and not is_default`.execute(db);
  return rows[0]?.n;
};

describe('A page', () => {
  it('archives into the partition of the week that its bulk delete was made in, in every table.', async () => {
    await buildArchiveWeeks(db, [3]);
    for (const moment of [weeksAgo(3), weeksAgo(0), weeksAgo(-1)]) {
      const { row } = await deleteLeadAt(deps, org, moment);
      const { rows } = await sql<{ week: string }>`
        select to_char(date_trunc('week', ${moment}::timestamptz), 'YYYYMMDD') as week`.execute(db);
      expect(await partitionOf(db, row.id)).toEqual([`archive.lead_w${rows[0]?.week}`]);
      expect(await partitionOf(db, row.id, 'archive.contact_email')).toEqual([
        `archive.contact_email_w${rows[0]?.week}`,
      ]);
    }
  });

  it('archives although there is no partition, and its rows move when there is one; an undo never notices.', async () => {
    await sql`drop table ${sql.table((await partitionFor('activity', weeksAgo(-1))) ?? '')}`.execute(db);
    const before = await readRows(db, 'activity');
    const { row, family } = await deleteLeadAt(deps, org, weeksAgo(-1));
    expect(await partitionOf(db, row.id, 'archive.activity')).toEqual(['archive.activity_default']);
    expect(await makeArchivePartitions(db)).toBe(1);
    expect(await partitionOf(db, row.id, 'archive.activity')).toEqual([
      await partitionFor('activity', weeksAgo(-1)),
    ]);
    expect(await makeArchivePartitions(db)).toBe(0);

    expect(await undo(deps, org, row.id)).toMatchObject({ status: 'done', n_objects_failed: 0 });
    const after = await readRows(db, 'activity');
    expect(after.size).toBe(before.size + 2);
    expect([...after.keys()]).toEqual(expect.arrayContaining([family.note, family.call]));
  });

  async function partitionFor(table: string, moment: Date): Promise<string | undefined> {
    const { rows } = await sql<{ name: string }>`
      select 'archive.' || partition_name as name from archive_partition
      where table_name = ${table} and ${idAt(moment)}::uuid >= from_id and ${idAt(moment)}::uuid < to_id
    `.execute(db);
    return rows[0]?.name;
  }

  it('makes partitions with any number of workers at once, each once.', async () => {
    await sql`drop table ${sql.table((await partitionFor('lead', weeksAgo(-1))) ?? '')}`.execute(db);
    const made = await Promise.allSettled([1, 2, 3, 4].map(() => makeArchivePartitions(db)));
    const n = made.map((one) => (one.status === 'fulfilled' ? one.value : 0));
    expect(n.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await partitionFor('lead', weeksAgo(-1))).toBeDefined();
  });
});

describe('The purge', () => {
  it('empties and drops a week whose bulk deletes have all expired, and writes it down.', async () => {
    await buildArchiveWeeks(db, [2]);
    const old = await deleteLeadAt(deps, org, weeksAgo(6));
    const { row: fresh } = await deleteLeadAt(deps, org, weeksAgo(2));
    const n = (await weeks()) ?? 0;
    await upkeep();

    expect(await countArchived(old.row.id)).toBe(0);
    expect(await countArchived(fresh.id)).toBe(1);
    const [purge, ...others] = await purges();
    expect(others).toEqual([]);
    expect(purge).toMatchObject({ n_bulk_deletes: 1, n_objects: 10, date_marked: expect.any(Date) });
    expect(purge?.n_bytes).toBeGreaterThan(0);
    expect(purge?.partitions).toContainEqual(expect.stringMatching(/^detached_link_w\d{8}$/));
    expect((purge?.from_id ?? '') <= old.row.id && old.row.id < (purge?.to_id ?? '')).toBe(true);
    expect((await findBulkDeleteForWork(db, old.row.id))?.date_archive_purged).toEqual(purge?.date_purged);
    expect((await findBulkDeleteForWork(db, fresh.id))?.date_archive_purged).toBeNull();
    // Its table is gone too; this week, the next and the one in which something is kept are there.
    expect(await weeks()).toBeLessThan(n);
    expect(await partitionOf(db, fresh.id)).toHaveLength(1);
    await upkeep();
    expect(await purges()).toHaveLength(1);
  });

  it('leaves a whole week as long as one bulk delete of it can be undone, and takes it when the last one has expired.', async () => {
    const { row: first } = await deleteLeadAt(deps, org, weeksAgo(6));
    const { row: last } = await deleteLeadAt(deps, org, weeksAgo(6));
    await db
      .updateTable('bulk_delete')
      .set({ date_finished: new Date() })
      .where('id', '=', last.id)
      .execute();
    await upkeep();
    expect([await countArchived(first.id), await countArchived(last.id)]).toEqual([1, 1]);
    expect(await purges()).toEqual([]);
    expect(await undo(deps, org, last.id)).toMatchObject({ status: 'done', n_objects_failed: 0 });

    await expire(db, last.id);
    await upkeep();
    expect([await countArchived(first.id), await countArchived(last.id)]).toEqual([0, 0]);
    expect(await purges()).toMatchObject([{ n_bulk_deletes: 2, n_objects: 10 }]);
  });

  it('leaves a week in which a bulk delete has not ended.', async () => {
    const { row } = await deleteLeadAt(deps, org, weeksAgo(6));
    const { row: paused } = await deleteLeadAt(deps, org, weeksAgo(6));
    await sql`
      update bulk_delete set status = 'paused', date_finished = null, date_paused = now() where id = ${paused.id}
    `.execute(db);
    await upkeep();
    expect([await countArchived(row.id), await countArchived(paused.id)]).toEqual([1, 1]);
  });

  it('does not touch what is archived under an id of an old week by a host whose clock is behind.', async () => {
    const { row } = await deleteLeadAt(deps, org, weeksAgo(6));
    await db.updateTable('bulk_delete').set({ date_finished: new Date() }).where('id', '=', row.id).execute();
    await upkeep();
    expect(await countArchived(row.id)).toBe(1);
    // Behind the first week that there still is, too.
    const { row: older } = await deleteLeadAt(deps, org, weeksAgo(40));
    await db
      .updateTable('bulk_delete')
      .set({ date_finished: new Date() })
      .where('id', '=', older.id)
      .execute();
    await upkeep();
    expect(await countArchived(older.id)).toBe(1);
    expect(await undo(deps, org, older.id)).toMatchObject({ status: 'done', n_objects_failed: 0 });
  });

  it('deletes page by page what lies in no partition of a week, with an entry of its own.', async () => {
    const { row } = await deleteLeadAt(deps, org, weeksAgo(40));
    expect(await partitionOf(db, row.id)).toEqual(['archive.lead_default']);
    await upkeep();
    expect(await countArchived(row.id)).toBe(0);
    expect(await countRows(db, 'archive.detached_link')).toBe(0);
    expect(await purges()).toMatchObject([
      { bulk_delete_id: row.id, from_id: null, n_bulk_deletes: 1, n_objects: 10, n_bytes: null },
    ]);
    expect((await findBulkDeleteForWork(db, row.id))?.date_archive_purged).toBeInstanceOf(Date);
  });

  it('never waits for pages: it empties old weeks beside them, and drops the empty tables when it can.', async () => {
    const { row } = await deleteLeadAt(deps, org, weeksAgo(6));
    const gate = await buildPageGate(database.url, 'lead');
    try {
      await gate.close();
      const family = await insertLeadFamily(db, org.organizationId);
      const page = deleteOne(family.lead);
      await gate.waitForPage();
      // It has archived the parts of the lead, and stands in the middle of its transaction.
      const n = await weeks();
      await upkeep();
      expect(await countArchived(row.id)).toBe(0);
      expect(await purges()).toHaveLength(1);
      await expect(dropNextPartition(db)).rejects.toMatchObject({ code: '55P03' });
      expect(await weeks()).toBe(n);

      await gate.open();
      expect(await page).toMatchObject({ status: 'done', n_objects_deleted: 1 });
      await upkeep();
      expect(await weeks()).toBeLessThan(n ?? 0);
    } finally {
      await gate.open();
      await gate.end();
    }
  });

  async function deleteOne(lead: string) {
    return deleteByIds(deps, actorOf(org), { objectType: 'lead', ids: [lead], source: 'ids' });
  }

  it('by several at once happens once.', async () => {
    await buildArchiveWeeks(db, [7, 5]);
    const { row } = await deleteLeadAt(deps, org, weeksAgo(5));
    await db.updateTable('bulk_delete').set({ date_finished: new Date() }).where('id', '=', row.id).execute();
    const ids = [];
    for (const n of [7, 6]) ids.push((await deleteLeadAt(deps, org, weeksAgo(n))).row.id);
    await Promise.all([1, 2, 3, 4].map(() => upkeep()));
    await upkeep();
    expect(await purges()).toMatchObject(ids.map(() => ({ n_bulk_deletes: 1, n_objects: 10 })));
    for (const id of ids) expect(await countArchived(id)).toBe(0);

    await expire(db, row.id);
    await db.transaction().execute(async (first) => {
      expect(await purgeNextPartitions(first)).toMatchObject({ n_bulk_deletes: 1 });
      expect(await purgeNextPartitions(db)).toBeUndefined();
    });
    expect(await purgeNextPartitions(db)).toBeUndefined();
    expect(await countArchived(row.id)).toBe(0);
  });
});

describe('An undo and the purge', () => {
  it('An undo that is being made when the archive expires is seen by the purge, which waits for its end.', async () => {
    const { row, family } = await deleteLeadAt(deps, org, weeksAgo(6));
    const undoId = newId();
    await db.transaction().execute(async (trx) => {
      // From here on as createBulkUndo does it, which looked at the time a moment before.
      await holdArchive(trx);
      await insertBulkUndo(trx, {
        id: undoId,
        organization_id: org.organizationId,
        bulk_delete_id: row.id,
        n_objects: 10,
      });
      expect(await purgeNextPartitions(db)).toBeUndefined();
    });
    await upkeep();
    expect(await purges()).toEqual([]);

    expect(await workUndoToEnd(deps, undoId)).toMatchObject({
      status: 'done',
      n_objects_restored: 10,
      n_objects_failed: 0,
    });
    expect([...(await readRows(db, 'lead')).keys()]).toEqual([family.lead]);
    await upkeep();
    expect(await purges()).toMatchObject([{ n_bulk_deletes: 1, n_objects: 0 }]);
  });

  it('A paused undo keeps the archive of its bulk delete, also where that is purged by itself.', async () => {
    for (const n of [6, 40]) {
      const { row } = await deleteLeadAt(deps, org, weeksAgo(n));
      await db
        .updateTable('bulk_delete')
        .set({ date_finished: new Date() })
        .where('id', '=', row.id)
        .execute();
      const { id } = await startUndo(deps, org, row.id);
      await sql`update bulk_undo set status = 'paused', date_paused = now() where id = ${id}`.execute(db);
      await expire(db, row.id);
      await upkeep();
      expect(await countArchived(row.id)).toBe(1);
      await sql`update bulk_undo set status = 'resuming', date_paused = null where id = ${id}`.execute(db);
      expect(await workUndoToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_restored: 10 });
      await upkeep();
      expect((await findBulkDeleteForWork(db, row.id))?.date_archive_purged).toBeInstanceOf(Date);
    }
  });

  it.each(['commits', 'is rolled back'])(
    'An undo that comes while a purge runs waits for it and is refused, whether that %s.',
    async (end) => {
      const { row } = await deleteLeadAt(deps, org, weeksAgo(6));
      const asked = await db
        .transaction()
        .execute(async (purger) => {
          expect(await purgeNextPartitions(purger)).toMatchObject({ n_objects: 10 });
          const request = { id: newId(), bulkDeleteId: row.id, sendDoneEmail: false };
          const refused = createBulkUndo(deps, actorOf(org), request).catch((error: unknown) => error);
          await waitFor(
            async () => {
              const { rows } = await sql`
                select from pg_locks where locktype = 'advisory' and not granted and mode = 'ShareLock'
                  and database = (select oid from pg_database where datname = current_database())
              `.execute(purger);
              return rows.length > 0;
            },
            { what: 'the undo to wait for the purge' },
          );
          if (end !== 'commits') throw new RolledBack(refused);
          return { refused };
        })
        .catch((error: unknown) => {
          if (error instanceof RolledBack) return { refused: error.refused };
          throw error;
        });
      expect(await asked.refused).toMatchObject({ name: 'ArchiveExpiredError' });
      expect(await db.selectFrom('bulk_undo').select('id').execute()).toEqual([]);
      expect(await countArchived(row.id)).toBe(end === 'commits' ? 0 : 1);
    },
  );
});

it('The archive of a schema that is not partitioned is purged row by row, when it has expired and not before.', async () => {
  const library = await createLibrary();
  const [author] = await library.addAuthors(1);
  const row = await library.deleteAuthor(author ?? '');
  await upkeep(library.deps);
  expect(await countRows(db, 'library_archive.author')).toBe(1);
  await expire(db, row.id);
  await upkeep(library.deps);
  expect(await countRows(db, 'library_archive.author')).toBe(0);
  expect((await purges()).filter(({ bulk_delete_id }) => bulk_delete_id !== null)).toMatchObject([
    { bulk_delete_id: row.id, n_objects: 1 },
  ]);
});

async function createLibrary() {
  await sql
    .raw(await readFile(new URL('../support/library-catalog.sql', import.meta.url), 'utf8'))
    .execute(db);
  const engine = createEngine(db, {}, LIBRARY_CATALOG);
  return {
    deps: engine,
    async addAuthors(n: number): Promise<readonly string[]> {
      const { rows } = await sql<{ id: string }>`
        insert into library.author (id, branch_id, name)
        select gen_random_uuid(), ${org.organizationId}, 'A' from generate_series(1, ${n}::int) returning id
      `.execute(db);
      return rows.map(({ id }) => id);
    },
    deleteAuthor: (id: string) =>
      deleteByIds(engine, actorOf(org), { objectType: 'author', ids: [id], source: 'ids' }),
  };
}

class RolledBack extends Error {
  readonly refused: Promise<unknown>;

  constructor(refused: Promise<unknown>) {
    super('rolled back');
    this.refused = refused;
  }
}
