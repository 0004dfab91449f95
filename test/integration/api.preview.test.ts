import { decodeId, encodeId, ID_PREFIX } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  fieldCondition,
  fieldErrors,
  insertLeadFamily,
  insertRow,
  itemsOf,
  sortBy,
  type TestApi,
  type TestOrganization,
  textOf,
  workToEnd,
} from '../support/index.ts';
import { whileLocked } from '../support/table-lock.ts';

const PATH = '/api/v1/bulk_action/delete/';
const HOUR_MS = 3_600_000;

let db: Db;
let api: TestApi;
let org: TestOrganization;
/** What the API takes for now. */
let now: Date;

beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db, { clock: () => now });
});
beforeEach(async () => {
  now = new Date();
  org = await createOrganization(db);
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  api.call(org.apiKey, 'POST', PATH, { body, headers });
const get = (id: string, query = '') => api.call(org.apiKey, 'GET', `${PATH}${id}/${query}`);
const work = (id: string) => workToEnd(createEngine(db), decodeId(ID_PREFIX.bulkDelete, id) ?? '');

/** Leads of this name. */
const named = (...values: readonly string[]) => ({
  s_query: {
    type: 'and',
    queries: [
      { type: 'object_type', object_type: 'lead' },
      fieldCondition('lead', 'name', { type: 'term', values }),
    ],
  },
});
const everyLead = { s_query: { type: 'object_type', object_type: 'lead' } };

function previewOf({ body, text }: Answer): Readonly<Record<string, unknown>> {
  const { preview } = body;
  if (typeof preview !== 'object' || preview === null) throw new Error(`no preview: ${text}`);
  return { ...preview };
}

describe('dry_run', () => {
  it('answers 200 with what would be deleted, and deletes nothing', async () => {
    const { lead } = await insertLeadFamily(db, org.organizationId, { name: 'Acme' });
    const answer = await post({ ...named('Acme'), dry_run: true });
    expect(answer.status).toBe(200);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(answer.body).toMatchObject({
      status: 'done',
      dry_run: true,
      query_in_words: 'leads whose name is “Acme”',
      n_objects: 1,
      n_leads: 1,
      n_objects_processed: 0,
      deleted_counts: {},
      date_finished: expect.any(String),
      preview_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      preview: {
        count: 1,
        is_estimate: false,
        total_matching: 1,
        matches_everything: false,
        cascade: { contact: 1, opportunity: 1, task: 1, 'activity.call': 1 },
        detached: { document: 1 },
        cascade_is_estimate: false,
        breach: null,
        note: null,
        date_counted: expect.stringMatching(/\+00:00$/),
        took_ms: expect.any(Number),
      },
    });
    expect(await api.call(org.apiKey, 'GET', `/api/v1/lead/${encodeId('lead', lead)}/`)).toMatchObject({
      status: 200,
    });
  });

  it('shows the first records in sort order, as their own routes show their own fields', async () => {
    for (const name of ['b', 'a', 'c']) {
      await insertRow(db, 'lead', { organization_id: org.organizationId, name });
    }
    const answer = await post({
      ...named('a', 'b', 'c'),
      sort: [sortBy('lead', 'name', 'desc')],
      results_limit: 2,
      dry_run: true,
    });
    const { sample } = previewOf(answer);
    expect(sample).toEqual([
      expect.objectContaining({ __object_type: 'lead', name: 'c', id: expect.stringMatching(/^lead_/) }),
      expect.objectContaining({ __object_type: 'lead', name: 'b' }),
    ]);
    const [first] = sample as readonly Readonly<Record<string, unknown>>[];
    const own = await api.call(org.apiKey, 'GET', `/api/v1/lead/${String(first?.id)}/`);
    const { __object_type, ...fields } = first ?? {};
    expect(own.body).toMatchObject(fields);
    expect(first).not.toHaveProperty('contacts');
  });

  it('is shown by its id with the records as they are then, and in lists without them', async () => {
    const kept = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'x' });
    const gone = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'x' });
    const id = textOf(await post({ ...named('x'), dry_run: true }), 'id');
    await sql`delete from lead where id = ${gone}`.execute(db);
    await sql`update lead set name = 'renamed' where id = ${kept}`.execute(db);

    const shown = await get(id);
    expect(previewOf(shown)).toMatchObject({
      count: 2,
      sample: [{ id: encodeId('lead', kept), name: 'renamed' }],
    });
    expect(shown.body).not.toHaveProperty('preview_token');
    const [listed] = itemsOf(await api.call(org.apiKey, 'GET', PATH));
    expect(listed).toMatchObject({ id, dry_run: true, preview: { count: 2 } });
    expect(listed?.preview).not.toHaveProperty('sample');
    expect((await get(id, '?_fields=n_objects')).body).toEqual({ n_objects: 2 });
  });

  it('shows records of every kind that can be deleted', async () => {
    await insertLeadFamily(db, org.organizationId);
    for (const type of ['lead', 'contact', 'opportunity', 'task', 'activity.note', 'activity.call']) {
      const answer = await post({ s_query: { type: 'object_type', object_type: type }, dry_run: true });
      expect(previewOf(answer)).toMatchObject({ count: 1, sample: [{ __object_type: type }] });
    }
  });

  it('tells nobody, and gives no worker anything to do', async () => {
    await insertLeadFamily(db, org.organizationId);
    const rings = api.doorbell.rings.length;
    await post({ ...everyLead, dry_run: true, send_done_email: true });
    expect(api.doorbell.rings.length).toBe(rings);
    const { rows } = await sql`select from event where organization_id = ${org.organizationId}`.execute(db);
    expect(rows).toEqual([]);
  });

  it('of everything is allowed without match_all, and the deletion still is not', async () => {
    const dry = await post({ ...everyLead, dry_run: true });
    expect(previewOf(dry)).toMatchObject({
      matches_everything: true,
      note: expect.stringContaining('match_all'),
    });
    expect(previewOf(await post({ ...everyLead, dry_run: true, match_all: true }))).toMatchObject({
      matches_everything: true,
      note: null,
    });
    const token = { preview_token: textOf(dry, 'preview_token') };
    expect(fieldErrors(await post({ ...everyLead, ...token }))).toHaveProperty('s_query');
    expect((await post({ ...everyLead, ...token, match_all: true })).status).toBe(200);
  });

  it('refuses what the bulk delete would refuse', async () => {
    expect(fieldErrors(await post({ dry_run: true }))).toHaveProperty('s_query');
    expect(fieldErrors(await post({ ...named('x'), match_all: true, dry_run: true }))).toHaveProperty(
      'match_all',
    );
    expect(fieldErrors(await post({ ...named('x'), sort: 'name', dry_run: true }))).toHaveProperty('sort');
    const reader = await createOrganization(db, { scopes: ['read'] });
    const answer = await api.call(reader.apiKey, 'POST', PATH, { body: { ...named('x'), dry_run: true } });
    expect(answer.status).toBe(403);
  });

  it('says which guard would stop the bulk delete', async () => {
    await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'x' });
    const { body } = await post({ ...named('x'), dry_run: true, expected_count: 3, max_drift_percent: 50 });
    expect(body).toMatchObject({
      status: 'done',
      expected_count: 3,
      max_drift_percent: 50,
      preview: {
        breach:
          'The query matches 1 lead now, and expected_count is 3 (drift of at most 50 % is tolerated). Nothing was deleted.',
      },
    });
  });
});

it('A locked table gives an answer without numbers, in time, and never an error of ours.', async () => {
  const { db: other, url } = await createDatabase();
  const quick = await createApi(other, { engine: { previewTimeoutMs: 400 } });
  const theirs = await createOrganization(other);
  await insertRow(other, 'lead', { organization_id: theirs.organizationId, name: 'x' });
  const body = { ...named('x'), dry_run: true };
  const { body: before } = await quick.call(theirs.apiKey, 'POST', PATH, { body });

  const [answer, shown] = await whileLocked(url, 'lead', async () => [
    await quick.call(theirs.apiKey, 'POST', PATH, { body }),
    await quick.call(theirs.apiKey, 'GET', `${PATH}${String(before.id)}/`),
  ]);

  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'done', n_objects: null, preview: { count: null, is_estimate: true, sample: null } },
  });
  // Counted before; only the records themselves cannot be read now.
  expect(shown).toMatchObject({ status: 200, body: { n_objects: 1, preview: { count: 1, sample: null } } });
});

describe('preview_token', () => {
  const dryRun = async (body: object, headers = {}) =>
    textOf(await post({ ...body, dry_run: true }, headers), 'preview_token');

  it('lets the previewed bulk delete pass, with its count as expected_count', async () => {
    await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'x' });
    const answer = await post({ ...named('x'), preview_token: await dryRun(named('x')) });
    expect(answer.body).toMatchObject({
      status: 'created',
      expected_count: 1,
      max_drift_percent: 0,
      preview: null,
    });
    expect(await work(textOf(answer, 'id'))).toMatchObject({ status: 'done', n_objects_deleted: 1 });
  });

  it('stops it when a record was added between preview and POST, and shows why', async () => {
    const insert = () => insertRow(db, 'lead', { organization_id: org.organizationId, name: 'x' });
    await insert();
    const preview_token = await dryRun(named('x'));
    await insert();
    const id = textOf(await post({ ...named('x'), preview_token }), 'id');
    await work(id);
    expect((await get(id)).body).toMatchObject({
      status: 'error',
      n_objects_processed: 0,
      error_message: expect.stringMatching(
        /matches 2 leads now, and expected_count is 1 .* Nothing was deleted/,
      ),
    });
  });

  it.each([
    ['another query', named('y'), {}],
    ['another results_limit', { ...named('x'), results_limit: 1 }, {}],
    ['another sort', { ...named('x'), sort: [sortBy('lead', 'name', 'asc')] }, {}],
    ['another x-tz-offset', named('x'), { 'x-tz-offset': '1' }],
  ])('is refused with %s', async (what, body, headers) => {
    const preview_token = await dryRun(named('x'));
    const errors = fieldErrors(await post({ ...body, preview_token }, headers));
    expect(errors).toEqual({ preview_token: expect.stringContaining(what) });
  });

  it('is refused in another organization', async () => {
    const preview_token = await dryRun(named('x'));
    const other = await createOrganization(db);
    const answer = await api.call(other.apiKey, 'POST', PATH, { body: { ...named('x'), preview_token } });
    expect(fieldErrors(answer)).toEqual({ preview_token: expect.stringContaining('another organization') });
  });

  it('is refused when it has expired', async () => {
    const preview_token = await dryRun(named('x'));
    now = new Date(now.getTime() + HOUR_MS - 1_000);
    expect((await post({ ...named('x'), preview_token })).status).toBe(200);
    now = new Date(now.getTime() + 2_000);
    expect(fieldErrors(await post({ ...named('x'), preview_token }))).toEqual({
      preview_token: expect.stringContaining('expired'),
    });
  });
});

describe('a query as text', () => {
  it('becomes a tree, is echoed, and deletes what it finds', async () => {
    for (const name of ['Acme', 'Other']) {
      await insertRow(db, 'lead', { organization_id: org.organizationId, name });
    }
    const answer = await post({ query: 'name:"Acme"' });
    expect(answer.body).toMatchObject({
      query: 'name:"Acme"',
      bulk_object_type: 'lead',
      s_query: { type: expect.any(String) },
      query_in_words: expect.stringMatching(/^leads /),
    });
    expect(await work(textOf(answer, 'id'))).toMatchObject({ status: 'done', n_objects_deleted: 1 });
    // What it was turned into means the same.
    expect((await post({ s_query: answer.body.s_query, dry_run: true })).body).toMatchObject({
      n_objects: 0,
    });
  });

  it('is about the type that is named', async () => {
    await insertLeadFamily(db, org.organizationId);
    const answer = await post({ query: 'name:"Bruce Wayne"', bulk_object_type: 'contact', dry_run: true });
    expect(answer.body).toMatchObject({ bulk_object_type: 'contact', n_objects: 1, n_leads: 1 });
  });

  it('may carry its sort, unless the body has one', async () => {
    for (const name of ['a', 'b']) {
      await insertRow(db, 'lead', { organization_id: org.organizationId, name });
    }
    const sorted = { query: 'name:* sort:-name', results_limit: 1 };
    const answer = await post({ ...sorted, dry_run: true });
    expect(answer.body.sort).toEqual([expect.objectContaining({ direction: 'desc' })]);
    expect(previewOf(answer)).toMatchObject({ sample: [{ name: 'b' }] });
    const both = await post({ ...sorted, sort: [sortBy('lead', 'name', 'asc')] });
    expect(fieldErrors(both)).toHaveProperty('sort');
  });

  it('that is broken is answered by its path', async () => {
    expect(fieldErrors(await post({ query: 'name:"never closed' }))).toEqual({ query: expect.any(String) });
    expect(fieldErrors(await post({ query: 'nonsense_field:x' }))).toEqual({ query: expect.any(String) });
  });
});
