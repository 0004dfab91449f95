import { readFile } from 'node:fs/promises';
import { withEndpointTable } from '@winnow/api';
import { API_KEY_SCOPES, createApiKey, type Db } from '@winnow/db';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApi, createDatabase, createOrganization, insertRow, type TestApi } from '../support/index.ts';

let db: Db;
let api: TestApi;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});

/** What every endpoint answers to a key. */
async function answersTo(key: string): Promise<ReadonlyMap<string, { status: number; text: string }>> {
  const found = new Map<string, { status: number; text: string }>();
  for (const { method, path, scope } of api.app.endpoints()) {
    if (scope === undefined) continue;
    const answer = await api.app.inject({
      method: method as 'GET' | 'POST' | 'PUT' | 'DELETE',
      url: path.replaceAll(/\{\w+\}/g, 'x'),
      headers: { authorization: `Bearer ${key}` },
      ...(method === 'POST' || method === 'PUT' ? { payload: {} } : {}),
    });
    found.set(`${method} ${path}`, { status: answer.statusCode, text: answer.body });
  }
  return found;
}

const refusedTo = async (key: string) =>
  [...(await answersTo(key))].flatMap(([name, { status }]) => (status === 403 ? [name] : []));
const namesOf = (isMeant: (scope: string) => boolean) =>
  api.app
    .endpoints()
    .flatMap(({ method, path, scope }) =>
      scope !== undefined && isMeant(scope) ? [`${method} ${path}`] : [],
    );

it('docs/api.md says which scope each endpoint asks for, for all of them and no others (npm run docs:endpoints).', async () => {
  const document = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
  expect(withEndpointTable(document, api.app.endpoints())).toBe(document);
});

it('Only health and the documentation are open without a key.', () => {
  const open = api.app.endpoints().filter(({ scope }) => scope === undefined);
  expect(open.map(({ path }) => path).filter((path) => !path.startsWith('/docs'))).toEqual([
    '/health/live',
    '/health/ready',
    '/openapi.json',
  ]);
});

it('Every scope of an endpoint is one that a key can have.', () => {
  const known: readonly string[] = API_KEY_SCOPES;
  expect(namesOf((scope) => !known.includes(scope))).toEqual([]);
  expect(namesOf((scope) => scope === 'write:deals').length).toBeGreaterThan(1);
});

describe('A key', () => {
  it.each(API_KEY_SCOPES)('with the scope %s opens what asks for it, and nothing else.', async (scope) => {
    const { apiKey } = await createOrganization(db, { scopes: [scope] });
    const opens = (needed: string) => scope === '*' || needed === scope || needed.startsWith(`${scope}:`);
    expect(await refusedTo(apiKey)).toEqual(namesOf((needed) => !opens(needed)));
  });

  it('that lacks a scope is told both that would do, and which it has.', async () => {
    const { apiKey } = await createOrganization(db, { scopes: ['read:leads', 'read:deals'] });
    expect(await api.call(apiKey, 'POST', '/api/v1/lead/', { body: {} })).toMatchObject({
      status: 403,
      body: {
        error: 'This API key lacks the scope "write" or "write:leads". It has: read:leads, read:deals.',
      },
    });
  });

  it('that is restricted to campaigns opens what is about one campaign, and nothing else.', async () => {
    const org = await createOrganization(db);
    const campaign = await insertRow(db, 'campaign', { organization_id: org.organizationId, name: 'C' });
    const { key } = await createApiKey(db, { ...org, name: 'c', scopes: ['*'], campaignIds: [campaign] });
    const answers = await answersTo(key);
    const scoped = api.app.endpoints().filter(({ isCampaignScoped }) => isCampaignScoped);
    expect(scoped.length).toBeGreaterThan(0);
    const open = [...answers].flatMap(([name, { status }]) => (status === 403 ? [] : [name]));
    expect(open).toEqual(scoped.map(({ method, path }) => `${method} ${path}`));
    const { body } = await api.call(key, 'GET', '/api/v1/lead/');
    expect(body.error).toMatch(/restricted to campaigns/);
  });
});
