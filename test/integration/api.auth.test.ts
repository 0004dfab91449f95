import { createApiKey, type Db, revokeApiKey } from '@winnow/db';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApi, createDatabase, createOrganization, type TestApi } from '../support/index.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const ME = '/api/v1/me/';

let db: Db;
let api: TestApi;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db, { clock: () => NOW });
});

const basic = (credentials: string) => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

describe('a key opens the API', () => {
  it('as the user name of Basic, with an empty password', async () => {
    const org = await createOrganization(db);
    expect((await api.call(null, 'GET', ME, { headers: basic(`${org.apiKey}:`) })).status).toBe(200);
  });

  it('as a Bearer token, with the scheme in any case', async () => {
    const org = await createOrganization(db);
    const headers = { authorization: `bEARER ${org.apiKey}` };
    expect((await api.call(null, 'GET', ME, { headers })).status).toBe(200);
  });

  it('until the moment it expires, and not at that moment', async () => {
    const org = await createOrganization(db);
    const keyUntil = async (expiresAt: Date) =>
      (await createApiKey(db, { ...org, name: 'test', scopes: ['*'], expiresAt })).key;
    const later = await keyUntil(new Date(NOW.getTime() + 1));
    const now = await keyUntil(NOW);
    expect((await api.call(later, 'GET', ME)).status).toBe(200);
    const expired = await api.call(now, 'GET', ME);
    expect(expired.status).toBe(401);
    expect(expired.body).toEqual({ error: 'This API key has expired.' });
  });

  it('until it is revoked', async () => {
    const org = await createOrganization(db);
    expect((await api.call(org.apiKey, 'GET', ME)).status).toBe(200);
    await revokeApiKey(db, { organizationId: org.organizationId, id: org.apiKeyId });
    const answer = await api.call(org.apiKey, 'GET', ME);
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ error: 'This API key has been revoked.' });
  });
});

describe('no key, or one that is not valid, is answered 401', () => {
  it.each([
    ['nothing', {}],
    ['an empty header', { authorization: '' }],
    ['a scheme alone', { authorization: 'Basic' }],
    ['another scheme', { authorization: 'Digest username="x"' }],
    ['no base64', { authorization: 'Basic ???' }],
    ['an empty user name', basic(':')],
    ['a password only', basic(':secret')],
    ['a Bearer of nothing', { authorization: 'Bearer ' }],
    ['some text', { authorization: 'Bearer x' }],
    ['a key of the right form', { authorization: `Bearer api_${'0'.repeat(22)}.${'0'.repeat(22)}` }],
    ['an id beyond 128 bits', { authorization: `Bearer api_${'z'.repeat(22)}.${'0'.repeat(22)}` }],
    ['a very long text', { authorization: `Bearer ${'a'.repeat(10_000)}` }],
    ['a NUL in the user name', basic('api_\0:')],
  ])('%s', async (_name, headers) => {
    const answer = await api.call(null, 'GET', ME, { headers });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ error: expect.any(String) });
    expect(answer.headers['www-authenticate']).toBe('Basic realm="Winnow", Bearer realm="Winnow"');
  });

  it('a key with the secret of another', async () => {
    const [one, other] = [await createOrganization(db), await createOrganization(db)];
    const mixed = `${one.apiKey.split('.')[0]}.${other.apiKey.split('.')[1]}`;
    const answer = await api.call(mixed, 'GET', ME);
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ error: 'This API key is not valid.' });
  });

  it('whatever the body is: it is not looked at', async () => {
    expect((await api.call(null, 'POST', '/api/v1/lead/', { payload: '{' })).status).toBe(401);
  });
});

it('Every route needs a key but health, the document and its page.', async () => {
  const { paths = {} } = api.app.swagger();
  const open: string[] = [];
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
      if (!Object.hasOwn(operations ?? {}, method.toLowerCase())) continue;
      const answer = await api.call(null, method, path.replaceAll(/\{\w+\}/g, 'x'));
      if (answer.status !== 401) open.push(`${method} ${path}`);
    }
  }
  expect(open).toEqual(['GET /health/live', 'GET /health/ready']);
  for (const url of ['/openapi.json', '/docs']) {
    expect((await api.app.inject({ url })).statusCode).toBe(200);
  }
});

describe('scopes', () => {
  it.each([
    ['read', 'GET', '/api/v1/lead/'],
    ['read', 'GET', '/api/v1/bulk_action/delete/'],
    ['write', 'POST', '/api/v1/lead/'],
    ['write', 'PUT', '/api/v1/lead/x/'],
    ['write', 'POST', '/api/v1/webhook/'],
    ['delete', 'DELETE', '/api/v1/lead/x/'],
    ['delete', 'DELETE', '/api/v1/webhook/x/'],
    ['delete', 'POST', '/api/v1/bulk_action/delete/'],
  ] as const)('%s is what %s %s needs', async (needed, method, url) => {
    for (const scope of ['read', 'write', 'delete', '*'] as const) {
      const org = await createOrganization(db, { scopes: [scope] });
      const answer = await api.call(org.apiKey, method, url, method === 'POST' ? { body: {} } : {});
      if (scope === needed || scope === '*') expect(answer.status).not.toBe(403);
      else {
        expect(answer.status).toBe(403);
        const names = new RegExp(
          `^This API key lacks the scope "${needed}"( or "\\w+:leads")?\\. It has: ${scope}\\.$`,
        );
        expect(answer.body).toEqual({ error: expect.stringMatching(names) });
      }
    }
  });
});

it('GET /me/ tells whom the key speaks for, with organizations and memberships.', async () => {
  const org = await createOrganization(db, { name: 'Wayne Enterprises' });
  const { body } = await api.call(org.apiKey, 'GET', ME);
  expect(body).toMatchObject({
    id: expect.stringMatching(/^user_\w{22}$/),
    email: org.userEmail,
    organizations: [{ id: expect.stringMatching(/^orga_\w{22}$/), name: 'Wayne Enterprises' }],
    memberships: [{ user_id: body.id, role_id: 'admin' }],
  });
});

describe('the id of a request', () => {
  it('is one of ours and on every answer, also those that meet no route', async () => {
    const org = await createOrganization(db);
    const answers = [
      await api.call(org.apiKey, 'GET', ME),
      await api.call(null, 'GET', ME),
      await api.call(null, 'GET', '/nowhere'),
      await api.call(null, 'GET', '/api/v1/lead/%zz/'),
      await api.call(null, 'PATCH', ME),
      await api.call(org.apiKey, 'POST', '/api/v1/lead/', { payload: '{' }),
    ];
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(ids).toEqual(ids.map(() => expect.stringMatching(/^req_\w{22}$/)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is that of the client when it is sane: on the answer, the bulk delete and its events', async () => {
    const org = await createOrganization(db);
    const headers = { 'x-request-id': 'crm-sync:2026-06-01.7' };
    for (const url of [ME, '/nowhere', '/api/v1/lead/%zz/'])
      expect((await api.call(org.apiKey, 'GET', url, { headers })).headers).toMatchObject(headers);
    const body = { s_query: { type: 'object_type', object_type: 'lead' }, match_all: true };
    const made = await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', { body, headers });
    expect(made).toMatchObject({ status: 200, headers });
    const ofOrg = ['organization_id', '=', org.organizationId] as const;
    const rows = await db
      .selectFrom('bulk_delete')
      .select('request_id')
      .where(...ofOrg)
      .execute();
    const events = await db
      .selectFrom('event')
      .select('request_id')
      .where(...ofOrg)
      .execute();
    expect([...rows, ...events]).toEqual([
      { request_id: 'crm-sync:2026-06-01.7' },
      { request_id: 'crm-sync:2026-06-01.7' },
    ]);
  });

  it('is one of ours in place of what could forge a line of a log', async () => {
    const org = await createOrganization(db);
    for (const id of ['a b', '"level":50', 'x'.repeat(129), 'é']) {
      const answer = await api.call(org.apiKey, 'GET', ME, { headers: { 'x-request-id': id } });
      expect(answer.headers['x-request-id']).toMatch(/^req_\w{22}$/);
    }
  });
});
