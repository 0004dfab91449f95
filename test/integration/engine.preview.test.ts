import { readFile } from 'node:fs/promises';
import { createBulkDelete, previewBulkDelete, runSlice } from '@winnow/bulk-delete';
import {
  type Catalog,
  CRM_CATALOG,
  encodeId,
  ID_PREFIX,
  newId,
  type ObjectType,
  objectTypeOf,
  objectTypesIn,
  planDeletion,
  type Table,
} from '@winnow/catalog';
import { countCascade, type Db, findBulkDeleteForWork, type StoredPreview } from '@winnow/db';
import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  createDatabase,
  createEngine,
  createOrganization,
  fieldCondition,
  insertLeadFamily,
  insertRow,
  LIBRARY_CATALOG,
  requestFor,
  sortBy,
  type TestDatabase,
  type TestOrganization,
  workToEnd,
} from '../support/index.ts';
import { families, insertFamilies } from '../support/random-families.ts';
import { takeSnapshot } from '../support/snapshot.ts';
import { whileLocked } from '../support/table-lock.ts';

/** What a dry run writes: its own record, and the key that tokens are signed with. */
const OWN_TABLES = ['public.bulk_delete', 'public.signing_key'];

const ofOwner = (name: string, relations: Table['relations']): Table => ({
  name,
  tenantColumn: 'owner',
  relations,
});

/** A key hangs on a door and on a room; a room leads to another one. */
const MAZE: Catalog = {
  name: 'maze',
  schema: 'maze',
  archiveSchema: 'maze',
  tables: {
    room: ofOwner('room', [{ column: 'next_id', references: 'room', onDelete: 'detach' }]),
    door: ofOwner('door', [{ column: 'room_id', references: 'room', onDelete: 'cascade' }]),
    key: ofOwner('key', [
      { column: 'room_id', references: 'room', onDelete: 'cascade' },
      { column: 'door_id', references: 'door', onDelete: 'cascade' },
    ]),
  },
  objectTypes: {},
};

let database: TestDatabase;
let db: Db;
let org: TestOrganization;

beforeAll(async () => {
  database = await createDatabase();
  db = database.db;
});
beforeEach(async () => {
  org = await createOrganization(db);
});

async function preview(...args: Parameters<typeof requestFor>): Promise<StoredPreview> {
  const { row } = await previewBulkDelete(createEngine(db), actorOf(org), requestFor(...args));
  return previewOf(row);
}

function previewOf(row: { readonly preview: StoredPreview | null }): StoredPreview {
  if (!row.preview) throw new Error('a dry run without a preview');
  return row.preview;
}

async function insertLeads(names: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of names)
    ids.push(await insertRow(db, 'lead', { organization_id: org.organizationId, name }));
  return ids;
}

async function countPagesOf(id: string): Promise<number> {
  const { rows } = await sql`select from bulk_delete_page where bulk_delete_id = ${id}`.execute(db);
  return rows.length;
}

const isAmong = ({ idPrefix }: ObjectType, ids: readonly string[]) => ({
  type: 'or',
  queries: ids.map((id) => ({ type: 'id', value: encodeId(idPrefix, id) })),
});

/** Rows that still are and have lost a link, each once, by object type. */
async function countDetached(bulkDeleteId: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const table of ['task', 'activity', 'opportunity', 'document', 'lead']) {
    const type = table === 'activity' ? sql`row.type` : sql`null::text`;
    const { rows } = await sql<{ type: string | null; n: number }>`
      select ${type} as type, count(distinct row.id)::int as n
      from archive.detached_link as link join ${sql.table(table)} as row on row.id = link.row_id
      where link.bulk_delete_id = ${bulkDeleteId} and link.table_name = ${table} group by 1
    `.execute(db);
    for (const { type: value, n } of rows) {
      const objectType = objectTypesIn(CRM_CATALOG, table).find(
        ({ typeValue }) => typeValue === undefined || typeValue === value,
      );
      counts[objectType?.name ?? table] = n;
    }
  }
  return counts;
}

describe('a dry run', () => {
  const deletable = Object.values(CRM_CATALOG.objectTypes).filter(({ bulkName }) => bulkName !== undefined);
  it.each(deletable.map((type) => [type.name, type] as const))(
    'of %s says exactly what the deletion then does, and does nothing itself',
    async (name, objectType) => {
      await fc.assert(
        fc.asyncProperty(
          families,
          fc.infiniteStream(fc.boolean()),
          fc.option(fc.nat(8)),
          async (sprouts, chosen, resultsLimit) => {
            org = await createOrganization(db);
            const engine = createEngine(db, { pageSize: 3 });
            const ids = await insertFamilies(db, org.organizationId, sprouts);
            const targets = (ids.get(objectType.table) ?? []).filter(() => chosen.next().value);
            const request = requestFor(name, [isAmong(objectType, targets)], {
              resultsLimit,
              matchAll: false,
            });

            const before = await takeSnapshot(db, OWN_TABLES);
            const { row: dry } = await previewBulkDelete(engine, actorOf(org), request);
            expect(await takeSnapshot(db, OWN_TABLES)).toEqual(before);
            expect(engine.doorbell.rings).toEqual([]);

            const created = await createBulkDelete(engine, actorOf(org), request);
            const row = await workToEnd(engine, created.id);
            expect(row).toMatchObject({ status: 'done', n_objects_failed: 0, n_objects_not_found: 0 });
            const { count, cascade, detached, ...rest } = previewOf(dry);
            expect(rest).toMatchObject({ is_estimate: false, cascade_is_estimate: false });
            expect(count).toBe(row.n_objects);
            expect(dry).toMatchObject({ status: 'done', n_objects: row.n_objects, n_roots: row.n_roots });
            expect({ ...(count ? { [name]: count } : {}), ...cascade }).toEqual(row.deleted_counts);
            expect(detached).toEqual(await countDetached(row.id));
          },
        ),
        { numRuns: 6 },
      );
    },
    120_000,
  );

  it('is done from the start, and leaves nothing for a worker to do', async () => {
    await insertLeadFamily(db, org.organizationId);
    const engine = createEngine(db);
    const { row } = await previewBulkDelete(engine, actorOf(org), requestFor('lead', []));
    expect(row).toMatchObject({
      status: 'done',
      dry_run: true,
      n_objects: 1,
      n_roots: 1,
      n_objects_processed: 0,
      n_roots_processed: 0,
      deleted_counts: {},
    });
    expect(await runSlice(engine, row.id, new AbortController().signal)).toEqual({ kind: 'finished' });
    const { rows } = await sql`select from event where organization_id = ${org.organizationId}`.execute(db);
    expect(rows).toEqual([]);
    expect(await countPagesOf(row.id)).toBe(0);
    expect((await findBulkDeleteForWork(db, row.id))?.date_updated).toEqual(row.date_updated);
  });

  it('counts a record once although several links lead to it, and one that goes never as one that stays', async () => {
    const gone = await insertLeadFamily(db, org.organizationId);
    const kept = await insertLeadFamily(db, org.organizationId);
    await sql`update activity set contact_id = ${gone.contact}, opportunity_id = ${gone.opportunity}
              where id = ${kept.note}`.execute(db);
    const found = await preview('lead', [isAmong(objectTypeOf(CRM_CATALOG, 'lead'), [gone.lead])]);
    expect(found).toMatchObject({
      count: 1,
      cascade: {
        contact: 1,
        contact_email: 1,
        contact_phone: 1,
        contact_url: 1,
        address: 1,
        opportunity: 1,
        task: 1,
        'activity.note': 1,
        'activity.call': 1,
      },
      // The document hangs on three records that go.
      detached: { document: 1, 'activity.note': 1 },
    });
  });

  it('never counts another organization’s records', async () => {
    const other = await createOrganization(db);
    await insertLeadFamily(db, other.organizationId);
    await insertLeads(['mine']);
    expect(await preview('lead', [])).toMatchObject({
      count: 1,
      total_matching: 1,
      cascade: {},
      detached: {},
    });
  });

  it.each([
    [null, 5, ['e', 'd', 'c', 'b', 'a']],
    [0, 0, []],
    [2, 2, ['e', 'd']],
    [9, 5, ['e', 'd', 'c', 'b', 'a']],
  ])(
    'with a results_limit of %s takes %i, the first in sort order, and says how many match',
    async (resultsLimit, count, names) => {
      const ids = await insertLeads(['c', 'a', 'e', 'b', 'd']);
      const found = await preview('lead', [], { resultsLimit, sort: [sortBy('lead', 'name', 'desc')] });
      expect(found).toMatchObject({ count, total_matching: 5 });
      expect(found.sample?.map((id) => ['c', 'a', 'e', 'b', 'd'][ids.indexOf(id)])).toEqual(names);
    },
  );

  it('shows at most a hundred records, and keeps nothing of them but their ids', async () => {
    await insertLeads(Array.from({ length: 101 }, (_, n) => `Secret ${n}`));
    const { row } = await previewBulkDelete(createEngine(db), actorOf(org), requestFor('lead', []));
    expect(previewOf(row)).toMatchObject({ count: 101 });
    expect(previewOf(row).sample).toHaveLength(100);
    expect(JSON.stringify(row)).not.toContain('Secret');
  });

  it('needs no match_all for a query without a condition, and says so', async () => {
    await insertLeads(['one', 'two']);
    const found = await preview('lead', [], { matchAll: false });
    expect(found).toMatchObject({ count: 2, matches_everything: true });
    expect(found.note).toContain('"match_all": true');
  });

  it('says what a guard of the request would have stopped', async () => {
    await insertLeads(['one', 'two']);
    const guards = { expectedCount: null, maxDriftPercent: null, maxDeletes: 1 };
    expect((await preview('lead', [], { guards })).breach).toBe(
      'The query matches 2 leads now, and max_deletes is 1. Nothing was deleted.',
    );
    expect((await preview('lead', [])).breach).toBeNull();
  });
});

describe('a dry run that runs out of time', () => {
  /** Many budgets of these tests, whatever the machine; without a budget a statement goes on for a minute. */
  const FAR_TOO_LONG_MS = 20_000;
  /** A database of its own: the tables are made slow, or locked. */
  let slow: TestDatabase;
  beforeEach(async () => {
    slow = await createDatabase();
    db = slow.db;
    org = await createOrganization(db);
    return () => {
      db = database.db;
    };
  });

  async function previewSlowly(budgetMs: number) {
    const engine = createEngine(db, { previewTimeoutMs: budgetMs });
    const started = performance.now();
    const { row } = await previewBulkDelete(engine, actorOf(org), requestFor('lead', []));
    return { row, preview: previewOf(row), tookMs: performance.now() - started };
  }

  it('estimates the count when the query is slow, says that it does, and binds nobody to it', async () => {
    await insertLeads(['a', 'b', 'c']);
    await sql`analyze lead`.execute(db);
    await sql`alter table lead rename to lead_row`.execute(db);
    // A minute for each row that is read.
    await sql`create view lead as select * from lead_row where pg_sleep(60) is not null`.execute(db);

    const { row, preview: found, tookMs } = await previewSlowly(3_000);

    expect(tookMs).toBeLessThan(FAR_TOO_LONG_MS);
    expect(row).toMatchObject({ status: 'done', n_objects: null, n_roots: null });
    expect(found).toMatchObject({
      is_estimate: true,
      count: expect.any(Number),
      cascade_is_estimate: true,
      cascade: null,
      detached: null,
      sample: null,
    });
    expect(found.note).toContain('estimate');
  });

  it('answers while the records’ table is locked', async () => {
    await insertLeads(['a']);
    const { row, preview: found, tookMs } = await whileLocked(slow.url, 'lead', () => previewSlowly(500));
    expect(tookMs).toBeLessThan(FAR_TOO_LONG_MS);
    expect(row).toMatchObject({ status: 'done', dry_run: true, n_objects: null });
    expect(found).toMatchObject({
      count: null,
      total_matching: null,
      is_estimate: true,
      cascade: null,
      sample: null,
    });
    expect(found.note).toContain('neither counted nor estimated');
  });

  it('keeps the exact count when only what belongs to the records cannot be counted', async () => {
    await insertLeads(['a', 'b']);
    const { row, preview: found } = await whileLocked(slow.url, 'activity', () => previewSlowly(5_000));
    expect(row).toMatchObject({ n_objects: 2, n_roots: 2 });
    expect(found).toMatchObject({ count: 2, is_estimate: false, cascade: null, cascade_is_estimate: true });
    expect(found.sample).toHaveLength(2);
  });
});

describe('a catalog that is not the CRM', () => {
  it('is previewed exactly too', async () => {
    await sql
      .raw(await readFile(new URL('../support/library-catalog.sql', import.meta.url), 'utf8'))
      .execute(db);
    const branch_id = org.organizationId;
    const author_id = await insertRow(db, 'library.author', { branch_id, name: 'Ursula' });
    const book_id = await insertRow(db, 'library.book', { branch_id, author_id, title: 'A' });
    await insertRow(db, 'library.loan', { branch_id, book_id });
    await insertRow(db, 'library.review', { branch_id, book_id, body: 'good' });
    const engine = createEngine(db, {}, LIBRARY_CATALOG);
    const { row } = await previewBulkDelete(engine, actorOf(org), requestFor('author', []));
    expect(previewOf(row)).toMatchObject({
      count: 1,
      cascade: { book: 1, loan: 1 },
      detached: { review: 1 },
    });
  });

  it('may lead to a row in several ways, and to its own table: each row still counts once', async () => {
    await sql`create schema maze`.execute(db);
    await sql`create table maze.room (id uuid primary key, owner uuid, next_id uuid)`.execute(db);
    await sql`create table maze.door (id uuid primary key, owner uuid, room_id uuid)`.execute(db);
    await sql`create table maze.key (id uuid primary key, owner uuid, room_id uuid, door_id uuid)`.execute(
      db,
    );
    const owner = org.organizationId;
    const other = newId();
    const kept = await insertRow(db, 'maze.room', { owner });
    const gone = await insertRow(db, 'maze.room', { owner, next_id: kept });
    await sql`update maze.room set next_id = ${gone} where id = ${kept}`.execute(db);
    // Links to itself, and goes.
    await sql`update maze.room set next_id = ${gone} where id = ${gone}`.execute(db);
    const door = await insertRow(db, 'maze.door', { owner, room_id: gone });
    await insertRow(db, 'maze.door', { owner: other, room_id: gone });
    await insertRow(db, 'maze.key', { owner, room_id: gone, door_id: door });
    await insertRow(db, 'maze.key', { owner, room_id: kept, door_id: door });
    await insertRow(db, 'maze.key', { owner, room_id: kept });

    const cascade = await db
      .transaction()
      .execute((trx) =>
        countCascade(
          trx,
          { catalog: MAZE, organizationId: owner, plan: planDeletion(MAZE, 'room') },
          sql`select ${gone}::uuid as id`,
        ),
      );

    expect(cascade.nTargets).toBe(1);
    expect([...cascade.rows].sort((a, b) => a.table_name.localeCompare(b.table_name))).toEqual([
      { table_name: 'door', type: null, goes: true, n: 1 },
      { table_name: 'key', type: null, goes: true, n: 2 },
      { table_name: 'room', type: null, goes: false, n: 1 },
    ]);
  });
});

describe('a saved search in a query', () => {
  const byName = (name: string) => ({
    type: 'and',
    queries: [
      { type: 'object_type', object_type: 'lead' },
      fieldCondition('lead', 'name', { type: 'term', values: [name] }),
    ],
  });

  it('means what it meant when the bulk delete was asked for, although it is deleted before the query is resolved', async () => {
    const engine = createEngine(db);
    await insertLeads(['wanted', 'other']);
    const saved = await insertRow(db, 'saved_search', {
      organization_id: org.organizationId,
      user_id: org.userId,
      name: 'Wanted',
      object_type: 'lead',
      s_query: JSON.stringify({ query: byName('wanted') }),
      tree: JSON.stringify(byName('wanted')),
    });
    const namesIt = { type: 'saved_search', saved_search_id: encodeId(ID_PREFIX.savedSearch, saved) };
    const edited = await createBulkDelete(
      engine,
      actorOf(org),
      requestFor('lead', [namesIt], { resultsLimit: 0 }),
    );
    const created = await createBulkDelete(engine, actorOf(org), requestFor('lead', [namesIt]));
    expect(created.s_query).toMatchObject({ queries: [{}, namesIt] });
    await sql`update saved_search set tree = ${JSON.stringify(byName('other'))}`.execute(db);
    expect(await workToEnd(engine, edited.id)).toMatchObject({ status: 'done', n_objects: 0 });
    await sql`delete from saved_search`.execute(db);

    const row = await workToEnd(engine, created.id);

    expect(row).toMatchObject({ status: 'done', n_objects: 1, n_objects_deleted: 1 });
    const { rows } = await sql<{ name: string }>`
      select name from lead where organization_id = ${org.organizationId}
    `.execute(db);
    expect(rows).toEqual([{ name: 'other' }]);
  });

  it('is refused at once when it makes the query larger than a query may be', async () => {
    const names = Array.from({ length: 3_000 }, () => ({ type: 'match_all' }));
    const id = await insertRow(db, 'saved_search', {
      organization_id: org.organizationId,
      user_id: org.userId,
      name: 'Large',
      object_type: 'lead',
      s_query: '{}',
      tree: JSON.stringify({
        type: 'and',
        queries: [{ type: 'object_type', object_type: 'lead' }, ...names],
      }),
    });
    const large = { type: 'saved_search', saved_search_id: encodeId(ID_PREFIX.savedSearch, id) };
    await expect(
      createBulkDelete(
        createEngine(db),
        actorOf(org),
        requestFor('lead', [large, large], { matchAll: true }),
      ),
    ).rejects.toMatchObject({ code: 'QUERY_TOO_LARGE' });
  });
});
