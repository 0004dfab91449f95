import { decodeId, encodeId } from '@winnow/catalog';
import { createApiKey, createUser, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  idsOf,
  insertRow,
  itemsOf,
  search,
  sortBy,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';
import { all, not, query, savedSearch, text, where, whereCustom } from '../support/query-json.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
/** A key of another user of the same organization. */
let colleague: string;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
  const { organizationId } = org;
  const user = await createUser(db, {
    organizationId,
    email: 'colleague@example.com',
    firstName: 'A',
    lastName: 'B',
  });
  const key = await createApiKey(db, { organizationId, userId: user.id, name: 'other', scopes: ['*'] });
  colleague = key.key;
});

type Row = Readonly<Record<string, unknown>>;
const PATH = '/api/v1/saved_search/';
const post = (body: Row, key = org.apiKey) => api.call(key, 'POST', PATH, { body });
const put = (id: string, body: Row, key = org.apiKey) => api.call(key, 'PUT', `${PATH}${id}/`, { body });
const get = (id: string, key = org.apiKey) => api.call(key, 'GET', `${PATH}${id}/`);
const remove = (id: string, key = org.apiKey) => api.call(key, 'DELETE', `${PATH}${id}/`);
const make = async (body: Row, key = org.apiKey) => {
  const answer = await post({ s_query: leads, ...body }, key);
  expect(answer.status, answer.text).toBe(200);
  return textOf(answer, 'id');
};
const leads = query('lead');
const named = (name: string) => query('lead', where('lead.name', text('full_words', name)));
const insertLead = async (name: string) =>
  encodeId('lead', await insertRow(db, 'lead', { organization_id: org.organizationId, name }));
const find = (tree: Row, key = org.apiKey) => search(api, key, { query: tree });
const STAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);

describe('A saved search', () => {
  it('is kept as it was given, and shown with everything that Close shows.', async () => {
    const wrapper = { query: named('acme'), results_limit: 7, sort: [sortBy('lead', 'name', 'asc')] };
    const made = await post({
      name: ' Acme ',
      description: 'Those of Acme',
      type: 'lead',
      s_query: wrapper,
      selected_fields: [{ type_id: 'lead', field_id: 'status_id' }],
      is_shared: true,
    });
    expect(made.body).toEqual({
      id: expect.stringMatching(/^save_\w{22}$/),
      organization_id: encodeId('orga', org.organizationId),
      user_id: encodeId('user', org.userId),
      name: 'Acme',
      description: 'Those of Acme',
      type: 'lead',
      query: null,
      s_query: wrapper,
      selected_fields: [{ type_id: 'lead', field_id: 'status_id' }],
      is_shared: true,
      is_user_dependent: false,
      shared_with: [],
      created_by: encodeId('user', org.userId),
      updated_by: encodeId('user', org.userId),
      date_created: STAMP,
      date_updated: STAMP,
    });
    const id = textOf(made, 'id');
    expect((await get(id)).body).toEqual(made.body);
    expect(itemsOf(await api.call(org.apiKey, 'GET', PATH))).toEqual([made.body]);
    const picked = await api.call(org.apiKey, 'GET', `${PATH}${id}/?_fields=id,name`);
    expect(picked.body).toEqual({ id, name: 'Acme' });
  });

  it('can be sent back as it was read.', async () => {
    const first = await post({ name: 'A', s_query: leads });
    const { id: _, ...second } = (await post(first.body)).body;
    expect(second).toMatchObject({ name: 'A', s_query: first.body.s_query, type: 'lead' });
    expect((await put(textOf(first, 'id'), first.body)).body).toMatchObject({ name: 'A' });
  });

  it('takes the bare tree and what the app copies, and keeps the wrapper.', async () => {
    const wrapped = { query: leads, results_limit: null, sort: [] };
    for (const s_query of [leads, wrapped, { query: leads }, { limit: null, ...wrapped }]) {
      expect((await post({ name: 'A', s_query })).body.s_query).toEqual(wrapped);
    }
  });

  it('may be a text, which is about leads unless it says otherwise.', async () => {
    const made = await post({ name: 'A', query: 'acme sort:-created' });
    expect(made.body).toMatchObject({ query: 'acme sort:-created', s_query: null, type: 'lead' });
    const contacts = await post({ name: 'A', query: 'title:ceo', type: 'contact' });
    expect(contacts.body).toMatchObject({ type: 'contact' });
    const [, id] = [await insertLead('Globex'), await insertLead('ACME')];
    expect(idsOf(await find(savedSearch(textOf(made, 'id'))))).toEqual([id]);
  });

  it('calls its type as bulk actions do.', async () => {
    const made = await post({ name: 'A', s_query: query('activity.call') });
    expect(made.body.type).toBe('call');
    for (const type of ['call', 'activity.call']) {
      expect((await post({ name: 'A', type, s_query: query('activity.call') })).status).toBe(200);
      const list = await api.call(org.apiKey, 'GET', `${PATH}?type=${type}`);
      expect(itemsOf(list).length).toBeGreaterThan(0);
    }
    expect(itemsOf(await api.call(org.apiKey, 'GET', `${PATH}?type=lead`))).toEqual([]);
    expect((await api.call(org.apiKey, 'GET', `${PATH}?type=nope`)).status).toBe(400);
  });

  it('says when it finds something else for each user.', async () => {
    const mine = query('lead', where('lead.created_by', { type: 'current_user' }));
    expect((await post({ name: 'A', s_query: mine })).body.is_user_dependent).toBe(true);
  });

  it('may have a name that another has.', async () => {
    expect(await make({ name: 'A' })).not.toBe(await make({ name: 'A' }));
  });

  it('is changed by what a PUT names, and by nothing else.', async () => {
    const id = await make({ name: 'A', description: 'old' });
    const before = (await get(id)).body;
    const renamed = await put(id, { name: 'B' });
    expect(renamed.body).toEqual({ ...before, name: 'B', date_updated: STAMP });
    const textual = await put(id, { query: 'acme' });
    expect(textual.body).toMatchObject({ name: 'B', query: 'acme', s_query: null, description: 'old' });
    const back = await put(id, { s_query: named('globex'), description: null });
    expect(back.body).toMatchObject({ query: null, s_query: { query: named('globex') }, description: '' });
  });

  it('changes its type only together with its query.', async () => {
    const id = await make({ name: 'A' });
    expect(fieldErrors(await put(id, { type: 'contact' }))).toEqual({ type: expect.any(String) });
    expect(fieldErrors(await put(id, { s_query: query('contact') }))).toEqual({ type: expect.any(String) });
    expect((await put(id, { s_query: query('contact'), type: 'contact' })).body.type).toBe('contact');
  });

  it('is gone after DELETE.', async () => {
    const id = await make({ name: 'A' });
    expect((await remove(id)).body).toEqual({});
    expect((await get(id)).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
    expect((await put(id, { name: 'B' })).status).toBe(404);
  });

  it('is listed page by page, oldest first.', async () => {
    const ids = [await make({ name: 'C' }), await make({ name: 'A' }), await make({ name: 'B' })];
    const page = await api.call(org.apiKey, 'GET', `${PATH}?_limit=2&_skip=1&_fields=id`);
    expect(page.body).toEqual({ data: [{ id: ids[1] }, { id: ids[2] }], has_more: false });
  });
});

describe('What does not make one is refused', () => {
  it.each([
    ['no name', { name: undefined }, 'name', 'required'],
    ['a blank name', { name: '  ' }, 'name', 'empty'],
    ['no query', { s_query: undefined }, 's_query', 'needs a query'],
    ['two queries', { query: 'acme' }, 'query', 'not both'],
    ['another type', { type: 'contact' }, 'type', 'about leads'],
    ['an unknown type', { type: 'leed' }, 'type', 'Did you mean "lead"?'],
    [
      'an unknown field',
      { s_query: query('lead', where('lead.nam', { type: 'exists' })) },
      's_query.queries[1].field.field_name',
      'nam',
    ],
    [
      'the same in a wrapper',
      { s_query: { query: query('lead', where('lead.nam', { type: 'exists' })) } },
      's_query.query.queries[1].field.field_name',
      'nam',
    ],
    [
      'an unknown sort',
      { s_query: { query: leads, sort: [sortBy('lead', 'nam', 'asc')] } },
      's_query.sort[0].field.field_name',
      'nam',
    ],
    [
      'a limit that is none',
      { s_query: { query: leads, results_limit: -1 } },
      's_query.results_limit',
      'integer',
    ],
    ['a key that a wrapper has not', { s_query: { query: leads, results: 1 } }, 's_query.results', 'Only'],
    ['a query about nothing', { s_query: all() }, 's_query', 'object_type'],
    ['a text that cannot be read', { s_query: null, query: 'nofield:x' }, 'query', 'Character'],
    ['an empty text', { s_query: null, query: '' }, 'query', 'no query'],
    [
      'an unknown saved search',
      { s_query: query('lead', savedSearch('save_0351xg1euRxkKaxaiJxEHV')) },
      's_query.queries[1].saved_search_id',
      'no saved search',
    ],
    ['sharing with some', { shared_with: ['user_x'] }, 'shared_with', 'list'],
    ['a flag as text', { is_shared: 'true' }, 'is_shared', 'true or false'],
  ])('%s', async (_, body, path, sentence) => {
    const answer = await post({ name: 'A', s_query: leads, ...body });
    expect(fieldErrors(answer)).toEqual({ [path]: expect.stringContaining(sentence) });
  });
});

describe('In another query', () => {
  it('a saved search stands for what it says, negated and nested too.', async () => {
    const [acme, globex] = [await insertLead('Acme'), await insertLead('Globex')];
    const id = await make({ name: 'Acme', s_query: named('acme') });
    const others = await make({ name: 'Not Acme', s_query: query('lead', not(savedSearch(id))) });
    expect(idsOf(await find(query('lead', savedSearch(id))))).toEqual([acme]);
    expect(idsOf(await find(query('lead', not(savedSearch(id)))))).toEqual([globex]);
    expect(idsOf(await find(query('lead', savedSearch(others))))).toEqual([globex]);
  });

  it('it says what it says now: a change is followed, and ends walks that were under way.', async () => {
    const ids = [await insertLead('Acme'), await insertLead('Acme'), await insertLead('Globex')];
    const id = await make({ name: 'A', s_query: named('acme') });
    const page = { query: query('lead', savedSearch(id)), _limit: 1 };
    const first = await search(api, org.apiKey, page);
    expect((await put(id, { s_query: named('globex') })).status).toBe(200);
    const next = await search(api, org.apiKey, { ...page, cursor: textOf(first, 'cursor') });
    expect(fieldErrors(next)).toEqual({ cursor: expect.stringContaining('another search') });
    expect(idsOf(await find(query('lead', savedSearch(id))))).toEqual([ids[2]]);
  });

  it('is found by its name in a text.', async () => {
    const id = await insertLead('Acme');
    await insertLead('Globex');
    await make({ name: 'My Acme', s_query: named('acme') });
    const list = await api.call(org.apiKey, 'GET', '/api/v1/lead/?query=in:"My Acme"');
    expect(idsOf(list)).toEqual([id]);
  });

  it('it is refused clearly when a custom field in it is gone.', async () => {
    const field = await api.call(org.apiKey, 'POST', '/api/v1/custom_field/lead/', {
      body: { name: 'Source', type: 'text' },
    });
    const fieldId = textOf(field, 'id');
    const id = await make({
      name: 'A',
      s_query: query('lead', whereCustom(fieldId, { type: 'exists' })),
    });
    await sql`delete from custom_field where id = ${decodeId('cf', fieldId)}`.execute(db);
    const errors = fieldErrors(await find(query('lead', savedSearch(id))));
    expect(Object.values(errors)).toEqual([expect.stringContaining('custom field')]);
    expect((await get(id)).status).toBe(200);
    expect((await put(id, { s_query: leads })).status).toBe(200);
  });

  it('that is used cannot be deleted, and the users are named.', async () => {
    const id = await make({ name: 'Used' });
    const user = await make({ name: 'User', s_query: query('lead', savedSearch(id)) });
    const answer = await remove(id);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ errors: [expect.stringContaining('"User"')], 'field-errors': {} });
    expect((await remove(user)).status).toBe(200);
    expect((await remove(id)).status).toBe(200);
  });

  it('that is used cannot change what it is about.', async () => {
    const id = await make({ name: 'Used' });
    await make({ name: 'User', s_query: query('lead', savedSearch(id)) });
    const answer = await put(id, { type: 'contact', s_query: query('contact') });
    expect(fieldErrors(answer)).toEqual({ type: expect.stringContaining('"User"') });
  });
});

describe('A cycle is refused', () => {
  it('of one that names itself.', async () => {
    const id = await make({ name: 'A' });
    const errors = fieldErrors(await put(id, { s_query: query('lead', savedSearch(id)) }));
    expect(errors).toEqual({ s_query: expect.stringContaining('"A"') });
    const byPlainId = query('lead', savedSearch(decodeId('save', id) ?? ''));
    expect((await put(id, { s_query: byPlainId })).status).toBe(400);
    expect((await put(id, { query: 'in:A' })).status).toBe(400);
  });

  it('through others, with the names of all.', async () => {
    const a = await make({ name: 'A' });
    const b = await make({ name: 'B', s_query: query('lead', savedSearch(a)) });
    const c = await make({ name: 'C', s_query: query('lead', not(savedSearch(b))) });
    const errors = fieldErrors(await put(a, { s_query: query('lead', savedSearch(c)) }));
    expect(errors).toEqual({ s_query: expect.stringMatching(/"A".*"C".*"B".*"A"/) });
    expect((await find(query('lead', savedSearch(c)))).status).toBe(200);
  });

  it('that two changes at the same time would make together.', async () => {
    for (let round = 0; round < 5; round += 1) {
      const a = await make({ name: 'A' });
      const b = await make({ name: 'B' });
      const answers = await Promise.all([
        put(a, { s_query: query('lead', savedSearch(b)) }),
        put(b, { s_query: query('lead', savedSearch(a)) }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
      expect((await find(query('lead', savedSearch(a)))).status).toBe(200);
    }
  });

  it('and one is not deleted while another begins to name it.', async () => {
    for (let round = 0; round < 5; round += 1) {
      const a = await make({ name: 'A' });
      const [made, gone] = await Promise.all([
        post({ name: 'B', s_query: query('lead', savedSearch(a)) }),
        remove(a),
      ]);
      expect([made.status, gone.status].sort()).toEqual([200, 400]);
    }
  });
});

describe('Who may see and change one', () => {
  it('others of the organization see it only when it is shared; until then it is like a missing one.', async () => {
    const id = await make({ name: 'A' });
    expect((await get(id, colleague)).status).toBe(404);
    expect((await put(id, { name: 'B' }, colleague)).status).toBe(404);
    expect((await remove(id, colleague)).status).toBe(404);
    expect(itemsOf(await api.call(colleague, 'GET', PATH))).toEqual([]);
    expect((await find(query('lead', savedSearch(id)), colleague)).status).toBe(400);
    await put(id, { is_shared: true });
    expect((await get(id, colleague)).body).toMatchObject({ id, name: 'A' });
    expect((await find(query('lead', savedSearch(id)), colleague)).status).toBe(200);
  });

  it('only the owner changes or deletes it.', async () => {
    const id = await make({ name: 'A', is_shared: true });
    for (const answer of [await put(id, { name: 'B' }, colleague), await remove(id, colleague)]) {
      expect(answer.status).toBe(403);
      expect(answer.body).toEqual({ error: expect.stringContaining('owner') });
    }
    expect((await get(id)).body.name).toBe('A');
  });

  it('a shared one names only shared ones.', async () => {
    const inner = await make({ name: 'Inner' });
    const s_query = query('lead', savedSearch(inner));
    expect(fieldErrors(await post({ name: 'A', s_query, is_shared: true }))).toEqual({
      s_query: expect.stringContaining('shared'),
    });
    const outer = await make({ name: 'Outer', s_query });
    expect(fieldErrors(await put(outer, { is_shared: true }))).toHaveProperty('is_shared');
    await put(inner, { is_shared: true });
    expect((await put(outer, { is_shared: true })).status).toBe(200);
    expect(fieldErrors(await put(inner, { is_shared: false }))).toEqual({
      is_shared: expect.stringContaining('"Outer"'),
    });
  });

  it('those of others that use it are counted, not named, when they are private.', async () => {
    const id = await make({ name: 'A', is_shared: true });
    await make({ name: 'Secret', s_query: query('lead', savedSearch(id)) }, colleague);
    const answer = await remove(id);
    expect(answer.text).toContain('1 of other users');
    expect(answer.text).not.toContain('Secret');
    expect((await put(id, { is_shared: false })).status).toBe(400);
  });

  it('another organization knows nothing of it.', async () => {
    const id = await make({ name: 'A', is_shared: true });
    const other = await createOrganization(db);
    for (const answer of [
      await get(id, other.apiKey),
      await put(id, { name: 'B' }, other.apiKey),
      await remove(id, other.apiKey),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect(itemsOf(await api.call(other.apiKey, 'GET', PATH))).toEqual([]);
    expect((await find(query('lead', savedSearch(id)), other.apiKey)).status).toBe(400);
    expect((await post({ name: 'A', query: 'in:A' }, other.apiKey)).status).toBe(400);
  });

  it('each method asks its scope.', async () => {
    const reader = await createOrganization(db, { scopes: ['read'] });
    const writer = await createOrganization(db, { scopes: ['write'] });
    expect((await post({ name: 'A', s_query: leads }, reader.apiKey)).status).toBe(403);
    expect((await put('x', { name: 'A' }, reader.apiKey)).status).toBe(403);
    expect((await remove('x', reader.apiKey)).status).toBe(403);
    expect((await get('x', writer.apiKey)).status).toBe(403);
    expect((await post({ name: 'A', s_query: leads }, writer.apiKey)).status).toBe(200);
  });
});
