import type { Db } from '@winnow/db';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  countRows,
  createApi,
  createDatabase,
  createOrganization,
  insertRow,
  LIBRARY_CATALOG,
  type TestApi,
  type TestOrganization,
} from '../support/index.ts';

const coded = (code: string) => ({ error: { code, message: expect.any(String) } });
const plain = { success: false, error: expect.any(String) };
const withCode = (code: string) => ({ success: false, error: expect.any(String), code, details: {} });

/** Endpoints whose errors have a shape of their own, with the shape for each status. */
const ENDPOINTS = [
  {
    url: '/v1/deals/bulk-delete',
    method: 'POST',
    allow: 'POST',
    bodies: {
      404: coded('not_found'),
      405: coded('method_not_allowed'),
      413: coded('payload_too_large'),
      415: coded('unsupported_media_type'),
    },
  },
  {
    url: '/functions/v1/api-gateway/v1/contacts/merge',
    method: 'POST',
    allow: 'POST',
    bodies: {
      404: coded('not_found'),
      405: coded('method_not_allowed'),
      413: coded('payload_too_large'),
      415: coded('unsupported_media_type'),
    },
  },
  {
    url: '/api/v1/leads/bulk-delete',
    method: 'POST',
    allow: 'POST',
    bodies: { 404: withCode('NOT_FOUND'), 405: plain, 413: plain, 415: plain },
  },
  {
    url: '/api/v1/leads/x',
    method: 'PUT',
    allow: 'DELETE, GET, HEAD, PUT',
    bodies: {
      404: withCode('NOT_FOUND'),
      405: withCode('METHOD_NOT_ALLOWED'),
      413: withCode('PAYLOAD_TOO_LARGE'),
      415: withCode('UNSUPPORTED_MEDIA_TYPE'),
    },
  },
] as const;

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db, { settings: { bodyLimitBytes: 10_000 } });
  org = await createOrganization(db);
});

describe.each(ENDPOINTS)('$method $url says in its own shape', ({ url, method, allow, bodies }) => {
  it('that a method is not taken, with Allow.', async () => {
    const answer = await api.call(org.apiKey, 'PATCH', url, { payload: 'whatever' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.body).toEqual(bodies[405]);
  });

  it('that a URL below it is nothing.', async () => {
    const answer = await api.call(org.apiKey, method, `${url}/and/more`, { body: {} });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(bodies[404]);
  });

  it('that a body is too large.', async () => {
    const answer = await api.call(org.apiKey, method, url, { payload: `{"x":"${'x'.repeat(10_000)}"}` });
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual(bodies[413]);
  });

  it('that a body is no JSON by its type.', async () => {
    const answer = await api.call(org.apiKey, method, url, {
      payload: '{}',
      headers: { 'content-type': 'application/xml' },
    });
    expect(answer.status).toBe(415);
    expect(answer.body).toEqual(bodies[415]);
  });
});

it.each([
  ['/api/v1/leads', 'PUT', 'GET, HEAD', withCode('METHOD_NOT_ALLOWED')],
  ['/api/v1/records/bulk-delete', 'DELETE', 'POST', plain],
] as const)(
  '%s says in its own shape that it does not take a POST that stands for %s.',
  async (url, method, allow, body) => {
    const headers = { 'x-http-method-override': method };
    const answer = await api.call(org.apiKey, 'POST', url, { body: {}, headers });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.body).toEqual(body);
  },
);

it('Nothing of a URL below the gateway’s prefixes is answered 404, with a key and without.', async () => {
  for (const key of [null, org.apiKey]) {
    for (const url of ['/v1', '/v1/', '/v1/deals', '/v1/deals/merge', '/functions/v1/api-gateway/v1/leads']) {
      const answer = await api.call(key, 'POST', url, { body: {} });
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(coded('not_found'));
    }
  }
});

describe('Whatever JSON comes, the answer is described and no fault of ours, and nothing is deleted:', () => {
  const KEYS = [
    ...[
      'deal_ids',
      'contact_ids',
      'dry_run',
      'primary_contact_id',
      'duplicate_contact_ids',
      'idempotency_key',
    ],
    ...['campaignId', 'leads', 'externalId', 'phoneNumber', 'name', 'phone', 'status', 'metadata', 'email'],
  ];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.oneof(fc.uuid(), fc.jsonValue(), fc.record({ externalId: fc.jsonValue() }))),
    fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue()),
  );
  const body = fc.oneof(fc.dictionary(fc.constantFrom(...KEYS), value), fc.jsonValue());

  it.each([
    ['POST', '/v1/deals/bulk-delete'],
    ['POST', '/functions/v1/api-gateway/v1/contacts/bulk-delete'],
    ['POST', '/v1/contacts/merge'],
    ['POST', '/api/v1/leads/bulk-delete'],
    ['PUT', '/api/v1/leads/{id}'],
  ] as const)('%s %s', async (method, template) => {
    const row = { organization_id: org.organizationId };
    const lead_id = await insertRow(db, 'lead', row);
    await insertRow(db, 'opportunity', { ...row, lead_id });
    await insertRow(db, 'contact', { ...row, lead_id });
    const tables = ['lead', 'opportunity', 'contact'];
    const before = await Promise.all(tables.map((table) => countRows(db, table)));
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const { status } = await api.call(org.apiKey, method, template.replace('{id}', lead_id), {
          body: sent,
        });
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
    const after = await Promise.all(tables.map((table) => countRows(db, table)));
    expect(after).toEqual(before);
  });
});

it('The URLs around them keep the shape of the rest.', async () => {
  for (const url of ['/api/v1/lead/x/', '/api/v1/nothing/', '/v2/deals/bulk-delete']) {
    expect((await api.call(org.apiKey, 'GET', url)).body).toEqual({ error: expect.any(String) });
  }
});

it('None of the endpoints is there with a catalog that does not have its objects.', async () => {
  const library = await createApi(db, { catalog: LIBRARY_CATALOG });
  for (const { url, method } of ENDPOINTS) {
    const answer = await library.call(org.apiKey, method, url, { body: {} });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ error: expect.any(String) });
  }
});
