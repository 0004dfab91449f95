import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type Db, findBulkDelete } from '@winnow/db';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  countRows,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  fieldErrors,
  insertLeadFamily,
  itemsOf,
  type TestApi,
  type TestOrganization,
  textOf,
  workToEnd,
} from '../support/index.ts';
import { fieldCondition } from '../support/requests.ts';

const PATH = '/api/v1/bulk_action/delete/';

/** Close's documented example (reference, 1.5). */
const EXAMPLE = {
  results_limit: null,
  s_query: {
    type: 'and',
    queries: [
      { type: 'object_type', object_type: 'lead' },
      fieldCondition('lead', 'name', { type: 'text', mode: 'full_words', value: 'ACME Inc.' }),
    ],
  },
  sort: [
    {
      direction: 'desc',
      field: { type: 'regular_field', object_type: 'lead', field_name: 'date_created' },
    },
  ],
};

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  api.call(org.apiKey, 'POST', PATH, { body, headers });
const uuidOf = (id: string) => decodeId(ID_PREFIX.bulkDelete, id) ?? '';
const rowOf = (id: string) => findBulkDelete(db, { ...org, id: uuidOf(id) });

describe('POST', () => {
  it("takes Close's documented example and answers 200 with every field, nothing counted yet.", async () => {
    const answer = await post(EXAMPLE);
    expect(answer.status).toBe(200);
    const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^bulkdelete_\w{22}$/),
      organization_id: expect.stringMatching(/^orga_\w{22}$/),
      bulk_object_type: 'lead',
      status: 'created',
      s_query: EXAMPLE.s_query,
      query: null,
      sort: EXAMPLE.sort,
      results_limit: null,
      send_done_email: true,
      n_leads: null,
      n_leads_processed: 0,
      n_objects: null,
      n_objects_processed: 0,
      created_by: expect.stringMatching(/^user_\w{22}$/),
      updated_by: expect.stringMatching(/^user_\w{22}$/),
      date_created: stamp,
      date_updated: stamp,
      n_objects_deleted: 0,
      n_objects_not_found: 0,
      n_objects_failed: 0,
      n_objects_unprocessed: null,
      asked_status: null,
      waiting_reason: null,
      date_waiting: null,
      objects_per_second: null,
      seconds_left: null,
      deleted_counts: {},
      date_started: null,
      date_finished: null,
      error_message: null,
      archive: true,
      query_in_words: 'leads whose name contains the words “ACME Inc.”',
      dry_run: false,
      preview: null,
      expected_count: null,
      max_deletes: null,
      max_drift_percent: null,
      max_failures: null,
      retry_of: null,
      undo_id: null,
      date_undo_expires: null,
      date_archive_purged: null,
      date_undone: null,
    });
    expect(answer.headers['retry-after']).toBe('1');
  });

  it('rings for a worker, and puts the request, the key and the user on record.', async () => {
    const answer = await post(EXAMPLE);
    const row = await rowOf(textOf(answer, 'id'));
    expect(row).toMatchObject({
      api_key_id: org.apiKeyId,
      created_by: org.userId,
      request_id: answer.headers['x-request-id'],
      source: 'query',
    });
    expect(api.doorbell.rings).toContainEqual({ queue: 'bulk-delete', id: row?.id });
  });

  it('takes every option.', async () => {
    const { body } = await post({ ...EXAMPLE, results_limit: 0, send_done_email: false, archive: false });
    expect(body).toMatchObject({ results_limit: 0, send_done_email: false, archive: false });
  });

  it('takes null and the absence of an option for its default.', async () => {
    const { body } = await post({
      s_query: EXAMPLE.s_query,
      sort: null,
      query: null,
      dry_run: null,
      preview_token: null,
      expected_count: null,
      max_deletes: null,
      max_drift_percent: null,
    });
    expect(body).toMatchObject({ results_limit: null, send_done_email: true, sort: [] });
  });

  it('passes over keys that nobody knows, as Close does.', async () => {
    expect((await post({ ...EXAMPLE, colour: 'blue', _skip: 3 })).status).toBe(200);
  });
});

describe('POST refuses, with the field, and makes nothing', () => {
  const withoutCondition = { type: 'and', queries: [{ type: 'object_type', object_type: 'lead' }] };

  it.each([
    ['no query', {}, 's_query'],
    ['a null for a query', { s_query: null }, 's_query'],
    ['an empty query', { s_query: {} }, 's_query'],
    ['a query of only a type', { s_query: withoutCondition }, 's_query'],
    ['no query, and match_all', { match_all: true }, 's_query'],
    ['match_all beside a condition', { ...EXAMPLE, match_all: true }, 'match_all'],
    ['match_all as a text', { s_query: withoutCondition, match_all: 'true' }, 'match_all'],
    ['match_all as a number', { s_query: withoutCondition, match_all: 1 }, 'match_all'],
    ['send_done_email as a text', { ...EXAMPLE, send_done_email: 'false' }, 'send_done_email'],
    ['send_done_email as null', { ...EXAMPLE, send_done_email: null }, 'send_done_email'],
    ['archive as a text', { ...EXAMPLE, archive: 'false' }, 'archive'],
    ['a results_limit below 0', { ...EXAMPLE, results_limit: -1 }, 'results_limit'],
    ['a results_limit as a text', { ...EXAMPLE, results_limit: '5' }, 'results_limit'],
    ['a broken results_limit', { ...EXAMPLE, results_limit: 1.5 }, 'results_limit'],
    ['a results_limit beyond what can be stored', { ...EXAMPLE, results_limit: 2 ** 31 }, 'results_limit'],
    ['a text for a query that says nothing', { query: ' ' }, 's_query'],
    ['a text for a query beside s_query', { ...EXAMPLE, query: 'name:x' }, 'query'],
    ['a text for a query that is everything', { query: '*' }, 'query'],
    [
      'a text for a query about what does not exist',
      { query: 'x', bulk_object_type: 'ship' },
      'bulk_object_type',
    ],
    ['a text for a query that is no text', { query: 5 }, 'query'],
    ["a search's body", { query: EXAMPLE.s_query, results_limit: 1 }, 'query'],
    ['dry_run as a text', { ...EXAMPLE, dry_run: 'false' }, 'dry_run'],
    ['dry_run as a number', { ...EXAMPLE, dry_run: 1 }, 'dry_run'],
    ['a preview_token that nobody gave', { ...EXAMPLE, preview_token: 'x' }, 'preview_token'],
    ['an empty preview_token', { ...EXAMPLE, preview_token: '' }, 'preview_token'],
    ['an expected_count below 0', { ...EXAMPLE, expected_count: -1 }, 'expected_count'],
    ['a broken expected_count', { ...EXAMPLE, expected_count: 1.5 }, 'expected_count'],
    [
      'an expected_count beyond what can be stored',
      { ...EXAMPLE, expected_count: 2 ** 31 },
      'expected_count',
    ],
    ['an expected_count as a text', { ...EXAMPLE, expected_count: '1' }, 'expected_count'],
    ['a max_deletes below 0', { ...EXAMPLE, max_deletes: -1 }, 'max_deletes'],
    ['a broken max_deletes', { ...EXAMPLE, max_deletes: 0.5 }, 'max_deletes'],
    ['a max_deletes beyond what can be stored', { ...EXAMPLE, max_deletes: 1e20 }, 'max_deletes'],
    ['a drift from nothing', { ...EXAMPLE, max_drift_percent: 1 }, 'max_drift_percent'],
    ['a drift below 0', { ...EXAMPLE, expected_count: 1, max_drift_percent: -0.1 }, 'max_drift_percent'],
    ['a drift over 100 %', { ...EXAMPLE, expected_count: 1, max_drift_percent: 100.5 }, 'max_drift_percent'],
    ['a drift as a text', { ...EXAMPLE, expected_count: 1, max_drift_percent: '5%' }, 'max_drift_percent'],
    ['max_failures as a text', { ...EXAMPLE, max_failures: '10%' }, 'max_failures'],
    ['another bulk_object_type', { ...EXAMPLE, bulk_object_type: 'contact' }, 'bulk_object_type'],
    ['an unknown bulk_object_type', { ...EXAMPLE, bulk_object_type: 'constructor' }, 'bulk_object_type'],
    ['a query that is a list', { s_query: [EXAMPLE.s_query] }, 's_query'],
    ['a query that is a text', { s_query: JSON.stringify(EXAMPLE.s_query) }, 's_query'],
    ['a sort that is no list', { ...EXAMPLE, sort: 'name' }, 'sort'],
  ])('%s', async (_name, body, field) => {
    const errors = fieldErrors(await post(body));
    expect(Object.keys(errors)).toContain(field);
    expect(await countRows(db, 'bulk_delete')).toBe(await countAllBefore());
  });

  let before = 0;
  beforeEach(async () => {
    before = await countRows(db, 'bulk_delete');
  });
  const countAllBefore = async () => before;

  it('a wrong mode deep inside, by its path', async () => {
    const condition = { type: 'text', mode: 'regex', value: 'x' };
    const errors = fieldErrors(
      await post({
        s_query: {
          type: 'and',
          queries: [...EXAMPLE.s_query.queries, fieldCondition('lead', 'name', condition)],
        },
      }),
    );
    expect(errors).toEqual({ 's_query.queries[2].condition.mode': expect.any(String) });
  });

  it('everything of a type, and says how it would be meant', async () => {
    const errors = fieldErrors(await post({ s_query: withoutCondition }));
    expect(errors.s_query).toContain('"match_all": true');
  });

  it('a body that is no object', async () => {
    for (const body of [[EXAMPLE], 'x', 1, null, true]) {
      const answer = await post(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        errors: ['The request body must be a JSON object.'],
        'field-errors': {},
      });
    }
  });
});

describe('bulk_object_type is taken when it says the same as s_query', () => {
  it.each([
    ['lead', 'lead'],
    ['activity.call', 'call'],
    ['activity.call', 'activity.call'],
    ['opportunity', 'deal'],
  ])('%s as %s', async (objectType, bulkObjectType) => {
    const answer = await post({
      match_all: true,
      bulk_object_type: bulkObjectType,
      s_query: { type: 'object_type', object_type: objectType },
    });
    expect(answer.status).toBe(200);
  });
});

describe('archive: false', () => {
  it('is answered 403 with the missing scope when the key may delete, but not for good', async () => {
    const careful = await createOrganization(db, { scopes: ['read', 'delete'] });
    const answer = await api.call(careful.apiKey, 'POST', PATH, { body: { ...EXAMPLE, archive: false } });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({ error: expect.stringContaining('"delete:permanent"') });
    expect(
      await db
        .selectFrom('bulk_delete')
        .select('id')
        .where('organization_id', '=', careful.organizationId)
        .execute(),
    ).toEqual([]);
  });

  it('is taken from a key that has the scope, and stands in the record', async () => {
    const trusted = await createOrganization(db, { scopes: ['delete', 'delete:permanent'] });
    const answer = await api.call(trusted.apiKey, 'POST', PATH, { body: { ...EXAMPLE, archive: false } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ archive: false });
  });
});

describe('x-tz-offset', () => {
  it.each([
    ['-0.0', 0],
    ['0', 0],
    ['-4', -240],
    ['-2.5', -150],
    ['5.75', 345],
    ['+14', 840],
    ['-14.0', -840],
    ['', 0],
    [' 1 ', 60],
  ])('of "%s" is %i minutes', async (header, minutes) => {
    const answer = await post(EXAMPLE, { 'x-tz-offset': header });
    expect(await rowOf(textOf(answer, 'id'))).toMatchObject({ tz_offset_minutes: minutes });
  });

  it.each(['14.1', '-15', 'UTC', '1e1', '0x1', 'NaN', 'Infinity', '1,5', '1 2', '--1', '1:30'])(
    'of "%s" is answered 400',
    async (header) => {
      expect(fieldErrors(await post(EXAMPLE, { 'x-tz-offset': header }))).toHaveProperty('x-tz-offset');
    },
  );
});

describe('GET', () => {
  it('shows a bulk delete with Retry-After while it runs, and without when it is done.', async () => {
    await insertLeadFamily(db, org.organizationId, { name: 'ACME Inc.' });
    const id = textOf(await post(EXAMPLE), 'id');
    const running = await api.call(org.apiKey, 'GET', `${PATH}${id}/`);
    expect(running.headers['retry-after']).toBe('1');
    await workToEnd(createEngine(db), uuidOf(id));
    const done = await api.call(org.apiKey, 'GET', `${PATH}${id}/`);
    expect(done.headers['retry-after']).toBeUndefined();
    expect(done.body).toMatchObject({
      status: 'done',
      n_leads: 1,
      n_leads_processed: 1,
      n_objects: 1,
      n_objects_processed: 1,
      n_objects_deleted: 1,
      deleted_counts: { lead: 1, contact: 1, 'activity.note': 1 },
      date_finished: expect.any(String),
    });
  });

  it('shows only the fields that are asked for.', async () => {
    const id = textOf(await post(EXAMPLE), 'id');
    const answer = await api.call(
      org.apiKey,
      'GET',
      `${PATH}${id}?_fields=id,status, nonsense ,&_fields=n_leads`,
    );
    expect(answer.body).toEqual({ id, status: 'created', n_leads: null });
    const whole = await api.call(org.apiKey, 'GET', `${PATH}${id}?_fields=`);
    expect(whole.body).toHaveProperty('organization_id');
  });

  it("answers another organization's bulk delete like one that never was.", async () => {
    const id = textOf(await post(EXAMPLE), 'id');
    const other = await createOrganization(db);
    const foreign = await api.call(other.apiKey, 'GET', `${PATH}${id}/`);
    const missing = await api.call(other.apiKey, 'GET', `${PATH}bulkdelete_0351xg1euRxkKaxaiJxEHV/`);
    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual(missing.body);
    expect(itemsOf(await api.call(other.apiKey, 'GET', PATH))).toEqual([]);
  });

  it('lists the newest first, in pages, and says whether there is more.', async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.unshift(textOf(await post(EXAMPLE), 'id'));
    const page = async (query: string) => {
      const answer = await api.call(org.apiKey, 'GET', `${PATH}?${query}`);
      return { ids: itemsOf(answer).map(({ id }) => id), more: answer.body.has_more };
    };
    expect(await page('')).toEqual({ ids: made, more: false });
    expect(await page('_limit=2')).toEqual({ ids: made.slice(0, 2), more: true });
    expect(await page('_limit=3')).toEqual({ ids: made, more: false });
    expect(await page('_limit=2&_skip=2')).toEqual({ ids: made.slice(2), more: false });
    expect(await page('_limit=0')).toEqual({ ids: [], more: true });
    expect(await page('_skip=3')).toEqual({ ids: [], more: false });
    expect(itemsOf(await api.call(org.apiKey, 'GET', `${PATH}?_fields=status`))).toEqual(
      made.map(() => ({ status: 'created' })),
    );
  });

  it('lists none that deleted by id, but shows it by its own id.', async () => {
    const lead = textOf(await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body: {} }), 'id');
    const gone = await api.call(org.apiKey, 'DELETE', `/api/v1/lead/${lead}/`);
    expect(itemsOf(await api.call(org.apiKey, 'GET', PATH))).toEqual([]);
    const id = String(gone.headers['x-winnow-bulk-delete-id']);
    expect((await api.call(org.apiKey, 'GET', `${PATH}${id}/`)).body).toMatchObject({
      status: 'done',
      s_query: null,
      n_objects_deleted: 1,
    });
  });

  it.each([
    '_limit=201',
    '_limit=-1',
    '_limit=x',
    '_limit=1.5',
    '_limit=',
    '_skip=-1',
    '_skip=1000001',
    '_limit=1&_limit=2',
    '_skip=1e99',
  ])('answers 400 for %s', async (query) => {
    const field = query.slice(0, query.indexOf('='));
    expect(fieldErrors(await api.call(org.apiKey, 'GET', `${PATH}?${query}`))).toHaveProperty(field);
  });
});
