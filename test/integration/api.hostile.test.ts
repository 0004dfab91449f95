import { connect, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  countRows,
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  insertRow,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';
import { fieldCondition } from '../support/requests.ts';

const LEADS = '/api/v1/lead/';
const BULK = '/api/v1/bulk_action/delete/';
const LONE_SURROGATE = '"\\ud800"';

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db, { settings: { bodyLimitBytes: 200_000 } });
  org = await createOrganization(db);
});

const send = (url: string, payload: string, headers: Record<string, string> = {}) =>
  api.call(org.apiKey, 'POST', url, { payload, headers });

describe('A body that is no JSON is answered 400, in words', () => {
  it.each([
    ['cut off', '{"name":'],
    ['a word', 'nothing'],
    ['NaN', '{"name":NaN}'],
    ['two values', '{}{}'],
    ['single quotes', "{'name':'x'}"],
    ['a trailing comma', '{"name":"x",}'],
    ['a raw NUL', '{"name":"\0"}'],
    ['a key that reaches into prototypes', '{"__proto__":{"name":"x"}}'],
    ['one that does so deeper', '{"contacts":[{"constructor":{"prototype":{"x":1}}}]}'],
  ])('%s', async (_name, payload) => {
    for (const url of [LEADS, BULK, '/api/v1/webhook/']) {
      const answer = await send(url, payload);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({ errors: ['The request body is not valid JSON.'], 'field-errors': {} });
    }
  });

  it.each(['[]', '"x"', '1', 'null', 'true', ''])('or no object: %s', async (payload) => {
    for (const url of [LEADS, '/api/v1/webhook/', '/api/v1/custom_field/lead/', BULK]) {
      const answer = await send(url, payload);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        errors: ['The request body must be a JSON object.'],
        'field-errors': {},
      });
    }
  });
});

describe('What Postgres cannot store is answered 400, with its place', () => {
  it.each([
    ['NUL in a text', '{"name":"a\\u0000b"}', 'name'],
    [
      'NUL in a part',
      '{"contacts":[{"name":"x"},{"emails":[{"email":"\\u0000"}]}]}',
      'contacts[1].emails[0].email',
    ],
    ['half a surrogate pair', `{"name":${LONE_SURROGATE}}`, 'name'],
    ['NUL in a key', '{"custom.\\u0000":1}', 'body'],
    ['half a pair in a key', `{"nested":{${LONE_SURROGATE}:1}}`, 'nested'],
    ['a number beyond a double', '{"whatever":1e999}', 'whatever'],
    ['a very deep list', `{"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, `deep${'[0]'.repeat(65)}[`],
  ])('%s', async (_name, payload, path) => {
    expect(Object.keys(fieldErrors(await send(LEADS, payload)))).toEqual([path]);
    expect((await send(BULK, payload)).status).toBe(400);
  });

  it('in a query, where it would be stored as it came', async () => {
    const payload = JSON.stringify({
      s_query: fieldCondition('lead', 'name', { type: 'text', mode: 'full_words', value: 'x\u0000' }),
    });
    expect(fieldErrors(await send(BULK, payload))).toHaveProperty('s_query.condition.value');
  });

  it('but a whole surrogate pair, and every other control character, is kept.', async () => {
    const name = '😀 \u0001\u001f\u007f\u0085\u2028\ufffe';
    const answer = await api.call(org.apiKey, 'POST', LEADS, { body: { name } });
    expect(answer.body.name).toBe(name);
  });
});

describe('bounds', () => {
  it('A body over the limit is answered 413; one at the limit is read.', async () => {
    const bodyOf = (bytes: number) => `{"name":"${'x'.repeat(bytes - 11)}"}`;
    expect((await send(LEADS, bodyOf(200_000))).status).toBe(200);
    const answer = await send(LEADS, bodyOf(200_001));
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual({ error: 'The request body is too large: at most 200000 bytes.' });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'nonsense',
  ])('A body of the type %s is answered 415.', async (type) => {
    const answer = await send(LEADS, '{}', { 'content-type': type });
    expect(answer.status).toBe(415);
    expect(answer.body).toEqual({ error: expect.stringContaining('application/json') });
  });

  it('A content type without a body is no body: DELETE and GET take it.', async () => {
    const lead = textOf(await api.call(org.apiKey, 'POST', LEADS, { body: {} }), 'id');
    const headers = { 'content-type': 'application/json' };
    expect((await api.call(org.apiKey, 'GET', `${LEADS}${lead}`, { headers })).status).toBe(200);
    expect((await api.call(org.apiKey, 'DELETE', `${LEADS}${lead}`, { headers })).status).toBe(200);
  });

  it('A thousand parts are taken, one more is refused.', async () => {
    const addresses = Array.from({ length: 1000 }, () => ({ city: 'X' }));
    const taken = await api.call(org.apiKey, 'POST', LEADS, { body: { addresses } });
    expect(taken.body.addresses).toHaveLength(1000);
    const refused = await api.call(org.apiKey, 'POST', LEADS, { body: { addresses: [...addresses, {}] } });
    expect(fieldErrors(refused)).toEqual({ addresses: 'Must be a list of at most 1000 items.' });
  });

  it('A text that is too long for an index is answered 400.', async () => {
    const external_id = Array.from({ length: 4000 }, (_, n) =>
      String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000)),
    ).join('');
    const answer = await api.call(org.apiKey, 'POST', LEADS, { body: { external_id } });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      errors: ['A value is too long or too deeply nested to be stored.'],
      'field-errors': {},
    });
  });

  it('A text as long as a body may be, of one word, is kept.', async () => {
    const name = 'w'.repeat(199_000);
    expect((await api.call(org.apiKey, 'POST', LEADS, { body: { name } })).body.name).toBe(name);
  });
});

it('Keys that are named like parts of Object are ordinary keys that nobody knows.', async () => {
  const payload = '{"name":"x","constructor":1,"toString":"y","hasOwnProperty":null,"valueOf":{}}';
  expect((await send(LEADS, payload)).body).toMatchObject({ name: 'x' });
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
    const s_query = fieldCondition('lead', name, { type: 'exists' });
    expect((await api.call(org.apiKey, 'POST', BULK, { body: { s_query } })).status).toBe(400);
    expect((await api.call(org.apiKey, 'GET', `${LEADS}?_fields=${name}`)).status).toBe(200);
    expect((await api.call(org.apiKey, 'GET', `${LEADS}?${name}=1`)).status).toBe(400);
    const custom = await api.call(org.apiKey, 'POST', LEADS, { body: { [`custom.${name}`]: 1 } });
    expect(fieldErrors(custom)).toHaveProperty(`custom.${name}`);
  }
});

it('SQL in any place is a value.', async () => {
  const evil = `'; drop table lead; -- " \\ $1 %s`;
  const made = await api.call(org.apiKey, 'POST', LEADS, {
    body: { name: evil, addresses: [{ city: evil }], [evil]: evil },
  });
  expect(made.body).toMatchObject({ name: evil, addresses: [{ city: evil }] });
  const query = encodeURIComponent(evil);
  for (const url of [`?_fields=${query}`, `?status_id=${query}`, `${query}/`]) {
    expect((await api.call(org.apiKey, 'GET', `${LEADS}${url}`)).status).toBeLessThan(500);
  }
  expect(await countRows(db, 'lead')).toBeGreaterThan(0);
});

describe('trouble with the database', () => {
  it('is answered 503 with Retry-After when it is away, and says nothing of what is inside.', async () => {
    const away = connect({
      connectionString: 'postgres://secret:secret@127.0.0.1:1/nowhere',
      applicationName: 'winnow-test',
      poolSize: 2,
      statementTimeoutMs: 1000,
      onIdleError: () => {},
    });
    const blind = await createApi(away);
    for (const [method, url] of [
      ['GET', LEADS],
      ['POST', LEADS],
      ['POST', BULK],
      ['GET', '/api/v1/me/'],
    ] as const) {
      const answer = await blind.call(org.apiKey, method, url, method === 'POST' ? { body: {} } : {});
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.body).toEqual({ error: 'The database is not available right now. Please try again.' });
    }
    const ready = await blind.call(null, 'GET', '/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body).toEqual({ status: 'unavailable', database: 'unavailable', queue: 'ok' });
    expect((await blind.call(null, 'GET', '/health/live')).status).toBe(200);
    await away.destroy();
  });

  it('that is a fault of ours is answered 500 with nothing but the request id.', async () => {
    const broken = await createDatabase();
    const owner = await createOrganization(broken.db);
    await sql`alter table lead rename column name to renamed`.execute(broken.db);
    const answer = await (await createApi(broken.db)).app.inject({
      url: LEADS,
      headers: { authorization: `Bearer ${owner.apiKey}` },
    });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({
      error: `Something went wrong on our side. Please report the request id ${answer.headers['x-request-id']}.`,
    });
  });
});

it('A queue that is away is told by /health/ready and makes nothing unready.', async () => {
  const queueless = await createApi(db, { queueWorks: () => false });
  const ready = await queueless.call(null, 'GET', '/health/ready');
  expect(ready.status).toBe(200);
  expect(ready.body).toEqual({ status: 'ok', database: 'ok', queue: 'unavailable' });
});

it('A row that another client holds locked is waited for, not answered with an error of the database.', async () => {
  const id = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'held' });
  let changed: Promise<number> | undefined;
  await db.transaction().execute(async (trx) => {
    await sql`select 1 from lead where id = ${id} for update`.execute(trx);
    changed = api
      .call(org.apiKey, 'PUT', `${LEADS}${id}/`, { body: { name: 'free' } })
      .then(({ status }) => status);
  });
  expect(await changed).toBe(200);
});
