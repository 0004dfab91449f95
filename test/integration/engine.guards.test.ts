import {
  type BulkDeleteRequest,
  createBulkDelete,
  type Guards,
  previewBulkDelete,
  runSlice,
} from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { BulkDeleteRow, Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  createDatabase,
  createEngine,
  createOrganization,
  fieldCondition,
  insertRow,
  requestFor,
  sortBy,
  type TestOrganization,
  workToEnd,
} from '../support/index.ts';

const NO_GUARDS: Guards = { expectedCount: null, maxDriftPercent: null, maxDeletes: null };
const HOUR_MS = 3_600_000;

let db: Db;
let org: TestOrganization;

beforeAll(async () => {
  ({ db } = await createDatabase());
});
beforeEach(async () => {
  org = await createOrganization(db);
});

async function insertLeads(n: number): Promise<void> {
  await sql`
    insert into lead (id, organization_id, name)
    select gen_random_uuid(), ${org.organizationId}, 'Lead ' || n from generate_series(1, ${n}) as n
  `.execute(db);
}

async function countLeads(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from lead where organization_id = ${org.organizationId}
  `.execute(db);
  return rows[0]?.n ?? 0;
}

async function actionsOf(id: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('event')
    .select('action')
    .where('object_id', '=', id)
    .orderBy('id')
    .execute();
  return rows.map(({ action }) => action);
}

const allLeads = (rest: Partial<BulkDeleteRequest> = {}) => requestFor('lead', [], rest);

async function run(request: BulkDeleteRequest): Promise<BulkDeleteRow> {
  const engine = createEngine(db);
  const { id } = await createBulkDelete(engine, actorOf(org), request);
  return workToEnd(engine, id);
}

async function dryRun(request = allLeads()) {
  return previewBulkDelete(createEngine(db), actorOf(org), request);
}

describe('a guard that forbids to go on', () => {
  it('ends the bulk delete in error before anything is deleted, names both numbers, and tells the outside', async () => {
    await insertLeads(80);

    const row = await run(allLeads({ guards: { ...NO_GUARDS, expectedCount: 77 } }));

    expect(row).toMatchObject({
      status: 'error',
      error_message:
        'The query matches 80 leads now, and expected_count is 77 (drift of at most 0 % is tolerated). Nothing was deleted.',
      n_objects: null,
      n_objects_processed: 0,
      deleted_counts: {},
    });
    expect(await countLeads()).toBe(80);
    expect(await actionsOf(row.id)).toEqual(['created', 'failed']);
    const { rows } = await sql`select from bulk_delete_page where bulk_delete_id = ${row.id}`.execute(db);
    expect(rows).toEqual([]);
  });

  it('holds when two workers resolve the query at once', async () => {
    await insertLeads(3);
    const engine = createEngine(db);
    const guards = { ...NO_GUARDS, maxDeletes: 2 };
    const { id } = await createBulkDelete(engine, actorOf(org), allLeads({ guards }));
    const { signal } = new AbortController();

    await Promise.all([1, 2, 3].map(() => runSlice(engine, id, signal)));

    expect(await workToEnd(engine, id)).toMatchObject({ status: 'error', n_objects_processed: 0 });
    expect(await countLeads()).toBe(3);
    expect(await actionsOf(id)).toEqual(['created', 'failed']);
  });

  it.each([
    [110, 'done'],
    [111, 'error'],
    [90, 'done'],
    [89, 'error'],
  ])('lets %i of 100 expected end in %s when 10 %% are tolerated', async (n, status) => {
    await insertLeads(n);
    const guards = { ...NO_GUARDS, expectedCount: 100, maxDriftPercent: 10 };
    expect(await run(allLeads({ guards }))).toMatchObject({ status });
    expect(await countLeads()).toBe(status === 'done' ? 0 : n);
  });

  it.each([
    [5, 5, null, 'done'],
    [6, 5, null, 'error'],
    [6, 5, 5, 'done'],
    [1, 0, null, 'error'],
    [0, 0, null, 'done'],
  ])(
    'of %i leads and max_deletes %i with results_limit %s: %s',
    async (n, maxDeletes, resultsLimit, status) => {
      await insertLeads(n);
      const row = await run(allLeads({ resultsLimit, guards: { ...NO_GUARDS, maxDeletes } }));
      expect(row.status).toBe(status);
    },
  );

  it('holds also when nothing matches any more', async () => {
    expect(await run(allLeads({ guards: { ...NO_GUARDS, expectedCount: 1 } }))).toMatchObject({
      status: 'error',
      error_message: expect.stringContaining('matches 0 leads now, and expected_count is 1'),
    });
  });
});

describe('a preview token', () => {
  it('lets what was previewed pass, and expects its count', async () => {
    await insertLeads(3);
    const { token } = await dryRun();
    const row = await run(allLeads({ previewToken: token }));
    expect(row).toMatchObject({ status: 'done', expected_count: 3, n_objects_deleted: 3 });
    expect(Number(row.max_drift_percent)).toBe(0);
  });

  it('stops a bulk delete when records have come to match since', async () => {
    await insertLeads(3);
    const { token } = await dryRun();
    await insertLeads(1);
    expect(await run(allLeads({ previewToken: token }))).toMatchObject({
      status: 'error',
      error_message: expect.stringMatching(/matches 4 leads now, and expected_count is 3 /),
    });
    expect(await countLeads()).toBe(4);
  });

  it('tolerates the drift that the client allows, and another count that the client expects', async () => {
    await insertLeads(10);
    const { token: first } = await dryRun();
    await insertLeads(1);
    const drift = { ...NO_GUARDS, maxDriftPercent: 10 };
    expect(await run(allLeads({ previewToken: first, guards: drift }))).toMatchObject({ status: 'done' });
    await insertLeads(2);
    const { token: second } = await dryRun();
    await insertLeads(1);
    const expected = { ...NO_GUARDS, expectedCount: 3 };
    expect(await run(allLeads({ previewToken: second, guards: expected }))).toMatchObject({ status: 'done' });
  });

  it('freezes "now": what a relative date meant in the preview it means in the bulk delete', async () => {
    const beforeNow = fieldCondition('lead', 'date_created', {
      type: 'moment_range',
      before: { type: 'now' },
      on_or_after: null,
    });
    await insertLeads(1);
    const asked = requestFor('lead', [beforeNow], { askedAt: new Date(Date.now() + 1_000) });
    const { token, row: dry } = await dryRun(asked);
    await sql`
      insert into lead (id, organization_id, name, date_created)
      values (gen_random_uuid(), ${org.organizationId}, 'later', ${new Date(asked.askedAt.getTime() + 1)})
    `.execute(db);

    const row = await run({ ...asked, previewToken: token, askedAt: new Date(Date.now() + 60_000) });

    expect(row.frozen_at).toEqual(dry.frozen_at);
    expect(row).toMatchObject({ status: 'done', n_objects_deleted: 1 });
    expect(await countLeads()).toBe(1);
  });

  it('is of no use beside anything but what was previewed, and says what differs', async () => {
    const wanted = requestFor('lead', [fieldCondition('lead', 'name', { type: 'exists' })], {
      sort: [sortBy('lead', 'name', 'asc')],
      resultsLimit: 5,
    });
    const { token: previewToken } = await dryRun(wanted);
    const refusal = (request: BulkDeleteRequest, actor = actorOf(org)) =>
      createBulkDelete(createEngine(db), actor, { ...request, previewToken }).then(
        () => 'taken',
        (error: { readonly path?: string; readonly message: string }) => `${error.path}: ${error.message}`,
      );

    const otherQuery = requestFor('lead', [fieldCondition('lead', 'url', { type: 'exists' })]);
    expect(await refusal({ ...wanted, sQuery: otherQuery.sQuery })).toMatch(/another query/);
    const otherType = requestFor('contact', [fieldCondition('contact', 'name', { type: 'exists' })]);
    expect(await refusal({ ...wanted, sQuery: otherType.sQuery, sort: [] })).toMatch(/another object type/);
    const other = await createOrganization(db);
    expect(await refusal(wanted, actorOf(other))).toMatch(/^preview_token: .*another organization/);
    expect(await refusal(wanted, { ...actorOf(org), userId: other.userId })).toMatch(/another user/);
    expect(await refusal({ ...wanted, sort: [] })).toMatch(/another sort/);
    expect(await refusal({ ...wanted, resultsLimit: 6 })).toMatch(/another results_limit/);
    expect(await refusal({ ...wanted, resultsLimit: null })).toMatch(/another results_limit/);
    expect(await refusal({ ...wanted, tzOffsetMinutes: 60 })).toMatch(/another x-tz-offset/);
    expect(await refusal(wanted)).toBe('taken');
  });

  it('does not mind the order of keys and spellings that mean the same', async () => {
    const { token: previewToken } = await dryRun();
    const sQuery = {
      queries: [{ object_type: 'lead', negate: false, type: 'object_type' }],
      type: 'and',
    };
    expect(await run(allLeads({ sQuery, previewToken }))).toMatchObject({ status: 'done' });
  });

  it('is refused when a saved search in the query has been edited since', async () => {
    const tree = (name: string) =>
      JSON.stringify({
        type: 'and',
        queries: [
          { type: 'object_type', object_type: 'lead' },
          fieldCondition('lead', 'name', { type: 'term', values: [name] }),
        ],
      });
    const id = await insertRow(db, 'saved_search', {
      organization_id: org.organizationId,
      user_id: org.userId,
      name: 'Wanted',
      object_type: 'lead',
      s_query: '{}',
      tree: tree('one'),
    });
    const request = requestFor('lead', [
      { type: 'saved_search', saved_search_id: encodeId(ID_PREFIX.savedSearch, id) },
    ]);
    const { token: previewToken } = await dryRun(request);
    await sql`update saved_search set tree = ${tree('two')} where id = ${id}`.execute(db);
    await expect(
      createBulkDelete(createEngine(db), actorOf(org), { ...request, previewToken }),
    ).rejects.toThrow(/another query \(a saved search in it may have been changed since\)/);
  });

  it.each([
    [HOUR_MS - 1_000, true],
    [HOUR_MS + 1_000, false],
  ])('after %i ms is valid: %s', async (laterMs, isValid) => {
    const { token: previewToken } = await dryRun();
    const askedAt = new Date(Date.now() + laterMs);
    const creation = createBulkDelete(createEngine(db), actorOf(org), allLeads({ previewToken, askedAt }));
    if (isValid) await expect(creation).resolves.toMatchObject({ status: 'created' });
    else await expect(creation).rejects.toThrow('has expired');
  });

  it.each([
    ['changed', (token: string) => `${token.slice(0, -5)}AAAAA`],
    ['made up', () => 'eyJhbGciOiJub25lIn0.eyJ3Ijp7fX0.'],
    ['no token at all', () => 'x'],
  ])('that is %s is refused', async (_name, forge) => {
    const { token } = await dryRun();
    await expect(
      createBulkDelete(createEngine(db), actorOf(org), allLeads({ previewToken: forge(token) })),
    ).rejects.toMatchObject({
      path: 'preview_token',
      message: expect.stringContaining('not a preview_token'),
    });
  });

  it('refuses a drift from nothing', async () => {
    const guards = { ...NO_GUARDS, maxDriftPercent: 5 };
    await expect(
      createBulkDelete(createEngine(db), actorOf(org), allLeads({ guards })),
    ).rejects.toMatchObject({
      path: 'max_drift_percent',
    });
  });
});
