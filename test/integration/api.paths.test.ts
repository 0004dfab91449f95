import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  org = await createOrganization(db);
});

describe('a path is the same', () => {
  it.each(['/api/v1/lead/', '/api/v1/lead', '//api//v1///lead//', '/api/v1//lead', '/api/v1/lead/?a_=1'])(
    'as %s, for GET and for POST, without a redirect',
    async (url) => {
      const path = url.split('?')[0] ?? '';
      expect((await api.call(org.apiKey, 'GET', `${path}?_limit=1`)).status).toBe(200);
      const made = await api.call(org.apiKey, 'POST', path, { body: { name: url } });
      expect(made.status).toBe(200);
      expect(made.body.name).toBe(url);
    },
  );

  it('for one record, with its prefixed id or its plain UUID, in any case', async () => {
    const lead = await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body: { name: 'One' } });
    const id = textOf(lead, 'id');
    const uuid = decodeId('lead', id) ?? '';
    for (const written of [id, uuid, uuid.toUpperCase()]) {
      for (const url of [
        `/api/v1/lead/${written}/`,
        `/api/v1/lead/${written}`,
        `/api/v1//lead/${written}//`,
      ]) {
        expect((await api.call(org.apiKey, 'GET', url)).body.id).toBe(id);
      }
    }
  });
});

it('An unknown URL is answered 404 in the words of Close.', async () => {
  const answer = await api.call(null, 'GET', '/api/v1/nothing/');
  expect(answer.status).toBe(404);
  expect(answer.body).toEqual({
    error:
      'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  });
});

it.each([
  ['PATCH', '/api/v1/lead/', 'GET, HEAD, POST'],
  ['DELETE', '/api/v1/lead/', 'GET, HEAD, POST'],
  ['POST', '/api/v1/lead/x/', 'DELETE, GET, HEAD, PUT'],
  ['PUT', '/api/v1/bulk_action/delete', 'GET, HEAD, POST'],
  ['DELETE', '/api/v1/status/lead/x', 'GET, HEAD, PUT'],
  ['DELETE', '/api/v1/document/x/', 'GET, HEAD, PUT'],
  ['POST', '/api/v1/me/', 'GET, HEAD'],
] as const)('%s %s is answered 405, with what the URL takes', async (method, url, allow) => {
  const answer = await api.call(org.apiKey, method, url, { payload: 'whatever' });
  expect(answer.status).toBe(405);
  expect(answer.headers.allow).toBe(allow);
  expect(answer.body).toEqual({ error: expect.stringContaining(allow) });
});

it('HEAD is answered like GET, without a body.', async () => {
  const answer = await api.app.inject({
    method: 'HEAD',
    url: '/api/v1/lead/',
    headers: { authorization: `Bearer ${org.apiKey}` },
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toBe('');
});

describe('what names no record is answered 404', () => {
  it.each([
    'x',
    'lead_',
    'cont_0351xg1euRxkKaxaiJxEHV',
    `lead_${'z'.repeat(22)}`,
    'lead_0351xg1euRxkKaxaiJxEH%00',
    '%F0%9F%98%80',
    `lead_${'0'.repeat(22)}`,
    'a'.repeat(199),
    'a'.repeat(5000),
    '..%2F..',
    "'%20or%201=1--",
  ])('GET, PUT and DELETE of %s', async (id) => {
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const answer = await api.call(
        org.apiKey,
        method,
        `/api/v1/lead/${id}/`,
        method === 'PUT' ? { body: {} } : {},
      );
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ error: expect.any(String) });
    }
  });

  it('a path that is no URL is answered 400', async () => {
    const answer = await api.call(org.apiKey, 'GET', '/api/v1/lead/%zz/');
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ errors: ['The path of this URL is not valid.'], 'field-errors': {} });
  });
});
