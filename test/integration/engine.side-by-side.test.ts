import { createBulkDelete, findIdleBulkDeletes, runSlice } from '@winnow/bulk-delete';
import { type Db, findBulkDeleteForWork } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import {
  actorOf,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  requestFor,
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

async function insertLeads(n: number): Promise<void> {
  await sql`
    insert into lead (id, organization_id, name)
    select gen_random_uuid(), ${org.organizationId}, 'Lead ' || i from generate_series(1, ${n}) as i
  `.execute(db);
}

const signal = new AbortController().signal;

it('two workers on one bulk delete never take the same page', async () => {
  const deps = createEngine(db, { pageSize: 5, lanes: 2 });
  await insertLeads(200);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

  await Promise.all([workToEnd(deps, created.id), workToEnd(deps, created.id)]);

  const row = await workToEnd(deps, created.id);
  expect(row).toMatchObject({
    status: 'done',
    n_objects: 200,
    n_objects_deleted: 200,
    n_objects_not_found: 0,
  });
  expect(await countRows(db, 'archive.lead')).toBe(200);
  const completed = await db.selectFrom('event').select('id').where('action', '=', 'completed').execute();
  expect(completed).toHaveLength(1);
});

it('two workers that resolve at the same time write the pages once', async () => {
  const deps = createEngine(db, { pageSize: 5, sliceMs: 0 });
  await insertLeads(50);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

  await Promise.all([1, 2, 3, 4].map(() => runSlice(deps, created.id, signal)));

  expect(await countRows(db, 'bulk_delete_page')).toBe(10);
  expect(await findBulkDeleteForWork(db, created.id)).toMatchObject({ status: 'processing', n_objects: 50 });
});

it('no more pages of a bulk delete are worked on at once than it has lanes', async () => {
  const deps = createEngine(db, { pageSize: 1, lanes: 1 });
  await insertLeads(3);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  await runSlice({ ...deps, settings: { ...deps.settings, sliceMs: 0 } }, created.id, signal);
  await db.transaction().execute(async (holder) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${created.id}, 1))`.execute(holder);

    expect(await runSlice(deps, created.id, signal)).toEqual({ kind: 'nothing' });
    expect(await countRows(db, 'lead')).toBe(3);
  });
  expect((await workToEnd(deps, created.id)).status).toBe('done');
});

it('two overlapping bulk deletes count each record once in total', async () => {
  const deps = createEngine(db, { pageSize: 7, sliceMs: 0 });
  await insertLeads(100);
  const first = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  const second = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  // Both sets are frozen before either deletes anything.
  await runSlice(deps, first.id, signal);
  await runSlice(deps, second.id, signal);

  const working = createEngine(db, { pageSize: 7 });
  const [a, b] = await Promise.all([workToEnd(working, first.id), workToEnd(working, second.id)]);

  expect([a.status, b.status]).toEqual(['done', 'done']);
  expect([a.n_objects, b.n_objects]).toEqual([100, 100]);
  expect(a.n_objects_deleted + b.n_objects_deleted).toBe(100);
  expect(a.n_objects_not_found + b.n_objects_not_found).toBe(100);
  expect(await countRows(db, 'archive.lead')).toBe(100);
});

it('a resolved bulk delete rings once for each further lane that has a page', async () => {
  const deps = createEngine(db, { pageSize: 10, lanes: 4, sliceMs: 0 });
  await insertLeads(25);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  const ringsBefore = deps.doorbell.rings.filter(({ id }) => id === created.id).length;

  await runSlice(deps, created.id, signal);

  expect(deps.doorbell.rings.filter(({ id }) => id === created.id).length - ringsBefore).toBe(2);
});

it('a bulk delete counts as idle when it has work and nobody at it, and only then', async () => {
  const deps = createEngine(db, { pageSize: 1, lanes: 2, sliceMs: 0 });
  await insertLeads(2);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  expect(await findIdleBulkDeletes(deps)).toEqual([created.id]);
  await runSlice(deps, created.id, signal);
  expect(await findIdleBulkDeletes(deps)).toEqual([created.id]);

  await db.transaction().execute(async (worker) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${created.id}, 2))`.execute(worker);
    expect(await findIdleBulkDeletes(deps)).toEqual([]);
  });

  const recent = createEngine(db, { idleForMs: 3_600_000 });
  expect(await findIdleBulkDeletes(recent)).toEqual([]);
  await workToEnd(createEngine(db), created.id);
  expect(await findIdleBulkDeletes(deps)).toEqual([]);
});

it('a bulk delete whose every page waits for its next attempt is not idle', async () => {
  const deps = createEngine(db, { sliceMs: 0 });
  await insertLeads(2);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  await runSlice(deps, created.id, signal);
  await sql`update bulk_delete_page set not_before = now() + interval '1 hour'`.execute(db);

  expect(await findIdleBulkDeletes(deps)).toEqual([]);
});

it('a worker that is told to stop while it has a page in hand finishes that page and takes no other', async () => {
  const deps = createEngine(db, { pageSize: 1, sliceMs: 60_000 });
  await insertLeads(3);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  await runSlice({ ...deps, settings: { ...deps.settings, sliceMs: 0 } }, created.id, signal);
  const stop = new AbortController();
  let slice: ReturnType<typeof runSlice> | undefined;
  await db.transaction().execute(async (holder) => {
    await sql`select from lead for update`.execute(holder);
    slice = runSlice(deps, created.id, stop.signal);
    await waitFor(() => isWaitingForALock(), { what: 'the page to wait for its lead' });
    stop.abort();
  });

  expect(await slice).toEqual({ kind: 'more' });
  expect(await findBulkDeleteForWork(db, created.id)).toMatchObject({
    status: 'processing',
    n_objects_deleted: 1,
  });
  expect(await countRows(db, 'lead')).toBe(2);
});

async function isWaitingForALock(): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  `.execute(db);
  return rows.length > 0;
}
