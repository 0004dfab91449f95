import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';

let db: Awaited<ReturnType<typeof createDatabase>>['db'];
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
});

/** A POST that stands for another method. Not by `api.call`, which would look for the answers of a POST. */
async function override(method: string, url: string, body?: unknown, apiKey = org.apiKey) {
  const response = await api.app.inject({
    method: 'POST',
    url: `/api/v1/${url}`,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'x-http-method-override': method,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}
const get = async (url: string) => (await api.call(org.apiKey, 'GET', `/api/v1/${url}`)).body;
const makeLead = async (name: string) =>
  textOf(await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body: { name } }), 'id');

describe('A POST that stands for GET', () => {
  it('is answered as the GET with these parameters, whatever JSON type they have.', async () => {
    for (const name of ['A', 'B', 'C']) await makeLead(name);
    const plain = await get('lead/?_limit=2&_skip=1&_fields=id,name');
    for (const params of [
      { _limit: 2, _skip: 1, _fields: 'id,name' },
      { _limit: '2', _skip: '1', _fields: ['id', 'name'], status_id: null },
    ]) {
      const answer = await override('GET', 'lead/', { _params: params });
      expect(answer).toMatchObject({ status: 200, body: plain });
    }
    expect(plain.data).toHaveLength(2);
    const url = await override('get', 'lead?_limit=2&_skip=1', { _params: { _fields: 'id,name' } });
    expect(url).toMatchObject({ status: 200, body: plain });
  });

  it('takes booleans as a query string writes them.', async () => {
    await api.call(org.apiKey, 'POST', '/api/v1/task/', {
      body: { lead_id: await makeLead('A'), text: 'To do' },
    });
    const open = await override('GET', 'task/', { _params: { is_complete: false } });
    const done = await override('GET', 'task/', { _params: { is_complete: true } });
    expect([open.body.data.length, done.body.data.length]).toEqual([1, 0]);
  });

  it('reaches one record, and needs no body.', async () => {
    const id = await makeLead('A');
    expect(await override('GET', `lead/${id}/`)).toMatchObject({
      status: 200,
      body: await get(`lead/${id}/`),
    });
    expect((await override('GET', 'me/', {})).body).toEqual(await get('me/'));
  });

  it('makes nothing.', async () => {
    await override('GET', 'lead/', { _params: {} });
    expect((await get('lead/')).data).toEqual([]);
  });

  it('may be longer than any URL.', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `field_${index}`);
    expect((await override('GET', 'lead/', { _params: { _fields: ['id', ...names] } })).status).toBe(200);
  });

  it.each([
    ['a parameter out of bounds', { _params: { _limit: 201 } }, '_limit'],
    ['a number that is no integer', { _params: { _limit: 1.5 } }, '_limit'],
    ['a parameter that is no filter', { _params: { nothing: 'x' } }, 'nothing'],
    ['an object as a value', { _params: { _fields: { id: true } } }, '_params._fields'],
    ['a list in a list', { _params: { _fields: [['id']] } }, '_params._fields'],
    ['parameters that are no object', { _params: ['id'] }, '_params'],
    ['parameters beside "_params"', { _limit: 1 }, '_limit'],
  ])('is refused for %s.', async (_, body, path) => {
    const answer = await override('GET', 'lead/', body);
    expect(answer).toMatchObject({ status: 400, body: { 'field-errors': { [path]: expect.any(String) } } });
  });

  it('is refused for a parameter that stands in the URL too, and for a body that is no object.', async () => {
    expect((await override('GET', 'lead/?_limit=1', { _params: { _limit: 2 } })).status).toBe(400);
    expect((await override('GET', 'lead/', [])).status).toBe(400);
  });
});

describe('A POST that stands for PUT or DELETE', () => {
  it('changes and deletes the record.', async () => {
    const id = await makeLead('A');
    expect(await override('PUT', `lead/${id}/`, { name: 'B' })).toMatchObject({
      status: 200,
      body: { id, name: 'B' },
    });
    expect(await override('DELETE', `lead/${id}`)).toMatchObject({ status: 200, body: {} });
    expect((await api.call(org.apiKey, 'GET', `/api/v1/lead/${id}/`)).status).toBe(404);
  });

  it('is answered 405 where the URL takes no such method, and never as the POST that it is not.', async () => {
    const answer = await override('DELETE', 'lead/', { name: 'never' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
    expect((await get('lead/')).data).toEqual([]);
  });
});

describe('The header', () => {
  it('asks the scope of the route that it leads to.', async () => {
    const reader = await createOrganization(db, { scopes: ['read'] });
    const writer = await createOrganization(db, { scopes: ['write'] });
    expect((await override('GET', 'lead/', {}, reader.apiKey)).status).toBe(200);
    expect((await override('GET', 'lead/', {}, writer.apiKey)).status).toBe(403);
    expect((await override('PUT', 'lead/x/', {}, reader.apiKey)).status).toBe(403);
    expect((await override('DELETE', 'lead/x/', {}, writer.apiKey)).status).toBe(403);
    expect((await override('GET', 'lead/', {}, 'api_no.key')).status).toBe(401);
  });

  it.each(['PATCH', 'HEAD', 'nonsense', 'GET, PUT'])('is refused when it says %s.', async (value) => {
    const answer = await override(value, 'lead/', {});
    expect(answer).toMatchObject({
      status: 400,
      body: { 'field-errors': { 'x-http-method-override': expect.any(String) } },
    });
  });

  it('that says POST, or nothing, leaves a POST what it is.', async () => {
    for (const value of ['POST', '']) {
      expect(await override(value, 'lead/', { name: 'A' })).toMatchObject({
        status: 200,
        body: { name: 'A' },
      });
    }
  });

  it.each([
    ['GET', 200],
    ['PUT', 400],
    ['DELETE', 400],
  ])('on a GET that says %s is answered %i.', async (value, status) => {
    const headers = { 'x-http-method-override': value };
    expect((await api.call(org.apiKey, 'GET', '/api/v1/lead/', { headers })).status).toBe(status);
  });

  it('on an unknown URL is answered 404.', async () => {
    expect((await override('GET', 'nothing/', {})).status).toBe(404);
  });
});
