import { createBulkDelete, runBulkActionSlice, runSlice } from '@winnow/bulk-delete';
import { type Db, findBulkDeleteForWork } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  fieldCondition,
  insertRow,
  readRows,
  requestFor,
  startUndo,
  type TestOrganization,
  waitFor,
  workToEnd,
} from '../support/index.ts';

let db: Db;
let org: TestOrganization;

beforeEach(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
});

async function insertLeads(n: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < n; index += 1) {
    ids.push(await insertRow(db, 'lead', { organization_id: org.organizationId, name: `Lead ${index}` }));
  }
  return ids;
}

async function readFailures() {
  return db
    .selectFrom('bulk_delete_failure')
    .select(['object_id', 'code', 'message'])
    .orderBy('object_id')
    .execute();
}

async function poison(ids: readonly string[], raise: string): Promise<void> {
  await sql`create table poisoned as select unnest(${ids}::uuid[]) as id`.execute(db);
  await sql
    .raw(
      `create function refuse() returns trigger language plpgsql as $$
       begin
         if exists (select from poisoned where id = old.id) then ${raise}; end if;
         return old;
       end $$`,
    )
    .execute(db);
  await sql`create trigger refuse before delete on lead for each row execute function refuse()`.execute(db);
}

const RETRY_BASE_MS = 60_000;

/**
 * Writes down every pause that is put before the next try of a page. The moment from which it was reckoned lies between
 * the beginning of its transaction and the look at it, so the pause is at least `least` and at most `most`.
 */
async function notePauses(table: 'bulk_delete_page' | 'bulk_undo_page'): Promise<void> {
  await sql
    .raw(`
      create table pause (no integer generated always as identity, least float8, most float8);
      create function note_pause() returns trigger language plpgsql as $$
        begin
          insert into pause (least, most) values (
            1000 * extract(epoch from new.not_before - clock_timestamp()),
            1000 * extract(epoch from new.not_before - now()));
          return new;
        end $$;
      create trigger note_pause before update of not_before on ${table} for each row
        when (new.attempts > old.attempts) execute function note_pause()
    `)
    .execute(db);
}

/** Each is twice as long as the one before, and up to as much again by chance. */
async function expectDoubledPauses(n: number): Promise<void> {
  const { rows } = await sql<{ least: number; most: number }>`
    select least, most from pause order by no
  `.execute(db);
  expect(rows).toHaveLength(n);
  for (const [i, { least, most }] of rows.entries()) {
    expect(most).toBeGreaterThanOrEqual(RETRY_BASE_MS * 2 ** i);
    expect(least).toBeLessThanOrEqual(RETRY_BASE_MS * 2 ** (i + 1));
  }
}

/** Lets the pause of every page pass at once. */
async function endPauses(table: 'bulk_delete_page' | 'bulk_undo_page'): Promise<void> {
  await sql`update ${sql.table(table)} set not_before = now() where not_before is not null`.execute(db);
}

describe('a page that fails', () => {
  it('is halved until the record that a trigger refuses stands alone; the rest is deleted', async () => {
    const deps = createEngine(db, { pageSize: 8 });
    const ids = await insertLeads(20);
    await poison([ids[3] ?? ''], `raise exception 'this lead is under legal hold'`);
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({
      status: 'done',
      n_objects: 20,
      n_objects_processed: 20,
      n_objects_deleted: 19,
      n_objects_failed: 1,
      n_roots_processed: 20,
      deleted_counts: { lead: 19 },
    });
    expect(await readFailures()).toEqual([
      { object_id: ids[3], code: 'P0001', message: 'this lead is under legal hold' },
    ]);
    expect([...(await readRows(db, 'lead')).keys()]).toEqual([ids[3]]);
    expect(await countRows(db, 'archive.lead')).toBe(19);
  });

  it('isolates a record that a foreign key outside the catalog holds', async () => {
    const deps = createEngine(db);
    const ids = await insertLeads(6);
    await sql`create table invoice (id uuid primary key, lead_id uuid not null references lead (id))`.execute(
      db,
    );
    await insertRow(db, 'invoice', { lead_id: ids[0] });
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({ status: 'done', n_objects_deleted: 5, n_objects_failed: 1 });
    expect(await readFailures()).toMatchObject([{ object_id: ids[0], code: '23503' }]);
    expect(await countRows(db, 'invoice')).toBe(1);
  });

  it('ends with every record recorded when all of them are refused', async () => {
    const deps = createEngine(db);
    const ids = await insertLeads(5);
    await poison(ids, `raise exception 'no'`);
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({
      status: 'done',
      n_objects_deleted: 0,
      n_objects_failed: 5,
      deleted_counts: {},
    });
    expect((await readFailures()).map(({ object_id }) => object_id)).toEqual(ids);
  });

  it('is tried again after a deadlock, and leaves no failure behind once it passes', async () => {
    const deps = createEngine(db);
    const ids = await insertLeads(4);
    // Fails twice, then lets go: a sequence, unlike a row, survives the rollback.
    await sql`create sequence tries`.execute(db);
    await poison(
      [ids[1] ?? ''],
      `if nextval('tries') <= 2 then raise exception using errcode = '40P01'; end if`,
    );
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({ status: 'done', n_objects_deleted: 4, n_objects_failed: 0 });
    expect(await countRows(db, 'bulk_delete_failure')).toBe(0);
    // Never halved: two attempts more were enough.
    expect(await db.selectFrom('bulk_delete_page').select('attempts').execute()).toEqual([{ attempts: 2 }]);
  });

  it('is not tried before its pause is over', async () => {
    const deps = createEngine(db, { retryBaseMs: 60_000 });
    const ids = await insertLeads(2);
    await poison(ids, `raise exception using errcode = '40001'`);
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

    const outcome = await runSlice(deps, created.id, new AbortController().signal);

    expect(outcome.kind).toBe('later');
    expect(outcome.kind === 'later' && outcome.delayMs).toBeGreaterThan(30_000);
    expect(await findBulkDeleteForWork(db, created.id)).toMatchObject({
      status: 'processing',
      n_objects_processed: 0,
    });
  });

  it('is tried again after a pause that doubles with each try', async () => {
    const deps = createEngine(db, { retryBaseMs: RETRY_BASE_MS });
    const ids = await insertLeads(2);
    await poison(ids, `raise exception using errcode = '40001'`);
    await notePauses('bulk_delete_page');
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

    for (let pauses = 1; pauses <= 3; pauses += 1) {
      expect(await runSlice(deps, created.id, new AbortController().signal)).toMatchObject({ kind: 'later' });
      await expectDoubledPauses(pauses);
      await endPauses('bulk_delete_page');
    }
  });

  it('of an undo is tried again after a pause that doubles with each try', async () => {
    const deps = createEngine(db, { retryBaseMs: RETRY_BASE_MS });
    await insertLeads(2);
    const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    await workToEnd(deps, id);
    await sql
      .raw(
        `create function refuse() returns trigger language plpgsql as
         $$ begin raise exception using errcode = '40001'; end $$`,
      )
      .execute(db);
    await sql`create trigger refuse before insert on lead for each row execute function refuse()`.execute(db);
    await notePauses('bulk_undo_page');
    const undo = await startUndo(deps, org, id);

    for (let pauses = 1; pauses <= 3; pauses += 1) {
      const outcome = await runBulkActionSlice(deps, undo.id, new AbortController().signal);
      expect(outcome).toMatchObject({ kind: 'later' });
      await expectDoubledPauses(pauses);
      await endPauses('bulk_undo_page');
    }
  });

  it('records a lock that somebody never lets go as the reason, and deletes the rest', async () => {
    const deps = createEngine(db, {
      page: { statementTimeoutMs: 60_000, lockTimeoutMs: 50, idleTimeoutMs: 60_000 },
    });
    const ids = await insertLeads(3);
    await db.transaction().execute(async (holder) => {
      await sql`select from lead where id = ${ids[2]} for update`.execute(holder);
      const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

      const row = await workToEnd(deps, created.id);

      expect(row).toMatchObject({ status: 'done', n_objects_deleted: 2, n_objects_failed: 1 });
      expect(await readFailures()).toMatchObject([{ object_id: ids[2], code: '55P03' }]);
    });
  });

  it('ends the bulk delete with a reason when every page would fail alike', async () => {
    const deps = createEngine(db);
    await insertLeads(3);
    await sql`alter table archive.lead drop column name`.execute(db);
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({ status: 'error', n_objects: 3, n_objects_processed: 0 });
    expect(row.error_message).toContain('name');
    expect(await countRows(db, 'lead')).toBe(3);
  });
});

describe('a query that cannot be resolved', () => {
  it('ends in error with a reason, and deletes nothing', async () => {
    const deps = createEngine(db);
    await insertLeads(2);
    const created = await createBulkDelete(
      deps,
      actorOf(org),
      requestFor('lead', [fieldCondition('lead', 'name', { type: 'exists' })]),
    );
    await sql`alter table lead rename column name to title`.execute(db);

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({ status: 'error', n_objects: null, n_objects_processed: 0 });
    expect(row.error_message).toMatch(/could not be resolved.*name.*Nothing was deleted/s);
    expect(await countRows(db, 'lead')).toBe(2);
    const actions = await db.selectFrom('event').select('action').orderBy('id').execute();
    expect(actions).toEqual([{ action: 'created' }, { action: 'failed' }]);
  });

  it('ends in error when it takes longer than it may', async () => {
    const deps = createEngine(db, { resolveTimeoutMs: 100 });
    await insertLeads(1);
    await sql`create function winnow_slow(text) returns text language sql volatile as 'select $1 from pg_sleep(60)'`.execute(
      db,
    );
    await sql`alter table lead rename to lead_rows`.execute(db);
    await sql`create view lead as select l.*, winnow_slow(l.name) as slow from lead_rows l where winnow_slow(name) is not null`.execute(
      db,
    );
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({ status: 'error', error_message: expect.stringContaining('within 0.1 s') });
  });
});

it('archives a column that is added while a bulk delete runs', async () => {
  const deps = createEngine(db, { pageSize: 2, sliceMs: 0 });
  await insertLeads(4);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  await runSlice(deps, created.id, new AbortController().signal);
  await runSlice(createEngine(db, { sliceMs: 1 }), created.id, new AbortController().signal);
  await sql`alter table lead add column rating text default 'A+'`.execute(db);
  await sql`alter table archive.lead add column rating text`.execute(db);

  await waitFor(async () => (await workToEnd(createEngine(db), created.id)).status === 'done', {
    what: 'the end',
  });

  const { rows } = await sql`select distinct rating from archive.lead where rating is not null`.execute(db);
  expect(rows).toEqual([{ rating: 'A+' }]);
});
