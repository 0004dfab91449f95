import { createBulkDelete, deleteByIds, runSlice } from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
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
  insertLeadFamily,
  insertRow,
  readRows,
  requestFor,
  sortBy,
  type TestOrganization,
  workToEnd,
} from '../support/index.ts';

let db: Db;
let org: TestOrganization;

beforeEach(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
});

async function insertLeads(names: readonly string[], organizationId = org.organizationId): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push(await insertRow(db, 'lead', { organization_id: organizationId, name }));
  return ids;
}

const numbered = (n: number) => Array.from({ length: n }, (_, index) => `Lead ${index}`);

async function remainingLeads() {
  const { rows } = await sql<{ name: string }>`select name from lead order by name`.execute(db);
  return rows.map(({ name }) => name);
}

const nameIs = (...values: readonly string[]) => fieldCondition('lead', 'name', { type: 'term', values });

describe('the target set', () => {
  it('is what the documented example of Close matches', async () => {
    const deps = createEngine(db);
    await insertLeads(['Acme, Inc', 'The ACME Company', 'Incredible Acme', 'acmé INC.']);

    const created = await createBulkDelete(deps, actorOf(org), {
      ...requestFor('lead', [
        fieldCondition('lead', 'name', { type: 'text', mode: 'full_words', value: 'ACME Inc.' }),
      ]),
      sort: [sortBy('lead', 'date_created', 'desc')],
    });
    expect(created).toMatchObject({
      status: 'created',
      n_objects: null,
      n_roots: null,
      n_objects_processed: 0,
    });
    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({
      status: 'done',
      n_objects: 2,
      n_objects_processed: 2,
      n_objects_deleted: 2,
      n_roots: 2,
    });
    expect(await remainingLeads()).toEqual(['Incredible Acme', 'The ACME Company']);
  });

  it('is done at once when nothing matches', async () => {
    const deps = createEngine(db);
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', [nameIs('nobody')]));

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({ status: 'done', n_objects: 0, n_roots: 0, deleted_counts: {} });
    expect(row.date_finished).not.toBeNull();
  });

  it.each([9, 10, 11, 20, 21])(
    'of %i objects is dealt with in pages of 10 without one too many or too few',
    async (n) => {
      const deps = createEngine(db);
      await insertLeads(numbered(n));
      const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

      const row = await workToEnd(deps, created.id);

      expect(row).toMatchObject({
        status: 'done',
        n_objects: n,
        n_objects_deleted: n,
        deleted_counts: { lead: n },
      });
      expect(await countRows(db, 'bulk_delete_page')).toBe(Math.ceil(n / 10));
      expect(await countRows(db, 'archive.lead')).toBe(n);
    },
  );

  it.each([
    { limit: 0, left: ['a', 'b', 'b', 'b', 'c'] },
    { limit: 1, left: ['a', 'b', 'b', 'b'] },
    { limit: 3, left: ['a', 'b'] },
    { limit: 5, left: [] },
    { limit: 6, left: [] },
  ])('is the first $limit in sort order', async ({ limit, left }) => {
    const deps = createEngine(db, { pageSize: 2 });
    await insertLeads(['b', 'a', 'b', 'c', 'b']);
    const created = await createBulkDelete(deps, actorOf(org), {
      ...requestFor('lead', []),
      sort: [sortBy('lead', 'name', 'desc')],
      resultsLimit: limit,
    });

    const row = await workToEnd(deps, created.id);

    expect(row.n_objects).toBe(5 - left.length);
    expect(await remainingLeads()).toEqual(left);
  });

  it('breaks ties of the sort by id, so that the same query takes the same records', async () => {
    const deps = createEngine(db);
    const ids = await insertLeads(['same', 'same', 'same']);
    const created = await createBulkDelete(deps, actorOf(org), {
      ...requestFor('lead', []),
      sort: [sortBy('lead', 'name', 'asc')],
      resultsLimit: 2,
    });

    await workToEnd(deps, created.id);

    expect([...(await readRows(db, 'lead')).keys()]).toEqual([ids[2]]);
  });

  it('is frozen when the query is resolved: what comes to match later is not touched', async () => {
    const deps = createEngine(db, { pageSize: 2, sliceMs: 0 });
    await insertLeads(numbered(4));
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    expect(await runSlice(deps, created.id, new AbortController().signal)).toEqual({ kind: 'more' });
    await insertLeads(['latecomer']);

    const row = await workToEnd(createEngine(db), created.id);

    expect(row).toMatchObject({ status: 'done', n_objects: 4, n_objects_deleted: 4 });
    expect(await remainingLeads()).toEqual(['latecomer']);
  });

  it('counts a record that is gone, or another organization’s by then, as not found and never as an error', async () => {
    const deps = createEngine(db, { pageSize: 2, sliceMs: 0 });
    const other = await createOrganization(db);
    const [gone, moved, kept] = await insertLeads(['gone', 'moved', 'kept']);
    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    await runSlice(deps, created.id, new AbortController().signal);
    await sql`delete from lead where id = ${gone}`.execute(db);
    await sql`update lead set organization_id = ${other.organizationId} where id = ${moved}`.execute(db);

    const row = await workToEnd(createEngine(db), created.id);

    expect(row).toMatchObject({
      status: 'done',
      n_objects: 3,
      n_objects_processed: 3,
      n_objects_deleted: 1,
      n_objects_not_found: 2,
      n_objects_failed: 0,
      deleted_counts: { lead: 1 },
    });
    expect([...(await readRows(db, 'lead')).keys()]).toEqual([moved]);
    expect([...(await readRows(db, 'archive.lead')).keys()]).toEqual([kept]);
  });

  it('counts the leads that contacts belong to once each, over all pages', async () => {
    const deps = createEngine(db, { pageSize: 2 });
    const [first, second] = await insertLeads(['one', 'two']);
    for (const lead_id of [first, second, first, first, second]) {
      await insertRow(db, 'contact', { organization_id: org.organizationId, lead_id });
    }
    const created = await createBulkDelete(deps, actorOf(org), requestFor('contact', []));

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({
      status: 'done',
      n_objects: 5,
      n_objects_deleted: 5,
      n_roots: 2,
      n_roots_processed: 2,
    });
    expect(await countRows(db, 'lead')).toBe(2);
  });
});

describe('another organization’s records', () => {
  it('are never touched by a query', async () => {
    const deps = createEngine(db);
    const other = await createOrganization(db);
    await insertLeads(['mine']);
    const theirs = await insertLeadFamily(db, other.organizationId);

    const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    const row = await workToEnd(deps, created.id);

    expect(row.n_objects).toBe(1);
    expect([...(await readRows(db, 'lead')).keys()]).toEqual([theirs.lead]);
    expect(await countRows(db, 'activity')).toBe(2);
  });

  it('are like missing ones when they are named by id', async () => {
    const deps = createEngine(db);
    const other = await createOrganization(db);
    const theirs = await insertLeadFamily(db, other.organizationId);

    const row = await deleteByIds(deps, actorOf(org), {
      objectType: 'lead',
      ids: [theirs.lead, newId()],
      source: 'ids',
    });

    expect(row).toMatchObject({ status: 'done', n_objects: 2, n_objects_not_found: 2, n_objects_deleted: 0 });
    expect(await countRows(db, 'lead')).toBe(1);
  });

  it('never make a record match through has_related', async () => {
    const deps = createEngine(db);
    const other = await createOrganization(db);
    const [mine] = await insertLeads(['mine']);
    const theirs = await insertLeadFamily(db, other.organizationId);
    // The schema forbids it; this is what a restore gone wrong could leave behind.
    await db.transaction().execute(async (trx) => {
      await sql`set local session_replication_role = replica`.execute(trx);
      await sql`update contact set lead_id = ${mine} where id = ${theirs.contact}`.execute(trx);
    });

    const created = await createBulkDelete(
      deps,
      actorOf(org),
      requestFor('lead', [
        {
          type: 'has_related',
          this_object_type: 'lead',
          related_object_type: 'contact',
          related_query: fieldCondition('contact', 'name', { type: 'exists' }),
        },
      ]),
    );
    const row = await workToEnd(deps, created.id);

    expect(row.n_objects).toBe(0);
    expect(await countRows(db, 'lead')).toBe(2);
  });
});

describe('deleting by ids', () => {
  it('counts an id that comes twice once', async () => {
    const [id] = await insertLeads(['only']);
    if (id === undefined) throw new Error('no lead was made');

    const row = await deleteByIds(createEngine(db), actorOf(org), {
      objectType: 'lead',
      ids: [id, id],
      source: 'ids',
    });

    expect(row).toMatchObject({ status: 'done', n_objects: 1, n_objects_deleted: 1 });
  });

  it('announces the records and not itself: its caller has the answer', async () => {
    const ids = await insertLeads(['only']);

    await deleteByIds(createEngine(db), actorOf(org), { objectType: 'lead', ids, source: 'ids' });

    const events = await db.selectFrom('event').select(['object_type', 'action', 'deleted_counts']).execute();
    expect(events).toEqual([{ object_type: 'page', action: 'deleted', deleted_counts: { lead: 1 } }]);
  });

  it('of nothing is done at once', async () => {
    const row = await deleteByIds(createEngine(db), actorOf(org), {
      objectType: 'lead',
      ids: [],
      source: 'ids',
    });

    expect(row).toMatchObject({ status: 'done', n_objects: 0 });
    expect(await findBulkDeleteForWork(db, row.id)).toMatchObject({ status: 'done' });
  });
});
