import { createApiKey, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { between, documentOrSkip, tableRows } from '../../support/documents.ts';
import {
  createApi,
  createDatabase,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
} from '../../support/index.ts';

const NUMBER = '004';

let db: Db;
let api: TestApi;
let org: TestOrganization;
let campaignId: string;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
  campaignId = await insertRow(db, 'campaign', { organization_id: org.organizationId, name: 'c' });
});

const lead = (external_id: string | null, phone_number: string | null, campaign_id = campaignId) =>
  insertRow(db, 'lead', { organization_id: org.organizationId, campaign_id, external_id, phone_number });

/** The path of the document, and its alias. */
function pathsOf(document: string): readonly string[] {
  const line = between(document, 'You can also use', 'Both endpoints are functionally identical');
  return [...line.matchAll(/\/api\/v1\/[\w-]+\/bulk-delete/g)].map(([path]) => path);
}

describe('Document 004, deleting leads by identifiers:', () => {
  it('both of its paths do the same.', async (context) => {
    const paths = pathsOf(await documentOrSkip(context, NUMBER));
    expect(paths).toHaveLength(2);
    for (const path of paths) {
      await lead('a', '+1');
      const answer = await api.call(org.apiKey, 'POST', path, {
        body: { campaignId, leads: [{ externalId: 'a' }] },
      });
      expect(answer.status).toBe(200);
      expect(answer.text).toBe(
        '{"success":true,"deleted":1,"notFound":0,"deletedIdentifiers":["a"],"notFoundIdentifiers":[]}',
      );
    }
  });

  it('every error of its table is said in its words.', async (context) => {
    const document = await documentOrSkip(context, NUMBER);
    const kept = await lead('a', '+1');
    const body = (more: object) => ({ campaignId, leads: [{ externalId: 'a' }], ...more });
    const many = Array.from({ length: 1001 }, () => ({ externalId: 'a' }));
    const causes: Readonly<Record<string, { readonly status: number; readonly bodies: readonly object[] }>> =
      {
        'campaignId is required': { status: 400, bodies: [body({ campaignId: undefined })] },
        'leads array is required': {
          status: 400,
          bodies: [body({ leads: undefined }), body({ leads: 'a' })],
        },
        'leads array cannot be empty': { status: 400, bodies: [body({ leads: [] })] },
        'Maximum 1000 leads per bulk delete request': { status: 400, bodies: [body({ leads: many })] },
        'leads[N]: At least one of phoneNumber or externalId is required': {
          status: 400,
          bodies: [
            body({ leads: [{ externalId: 'a' }, {}] }),
            body({ leads: [{ externalId: 'a' }, { name: 'x' }] }),
          ],
        },
        'Invalid or inactive API key': { status: 401, bodies: [body({})] },
        Forbidden: { status: 403, bodies: [body({})] },
      };
    const { key: closed } = await createApiKey(db, { ...org, name: 'k', scopes: ['read'] });
    const keys: Readonly<Record<number, string>> = { 400: org.apiKey, 401: 'wrong', 403: closed };
    const rows = tableRows(document, ['Error', 'Cause', 'Solution']);
    expect(rows.map(([error]) => error)).toEqual(Object.keys(causes));
    for (const [error = ''] of rows) {
      const { status = 0, bodies = [] } = causes[error] ?? {};
      for (const sent of bodies) {
        const answer = await api.call(keys[status] ?? '', 'POST', pathsOf(document)[0] ?? '', { body: sent });
        expect(answer.status, error).toBe(status);
        expect(answer.text).toBe(JSON.stringify({ success: false, error: error.replace('[N]', '[1]') }));
      }
    }
    expect((await sql`select from lead where id = ${kept}`.execute(db)).rows).toHaveLength(1);
  });

  it('what it says of look-up, of campaigns and of partial success holds.', async (context) => {
    const document = await documentOrSkip(context, NUMBER);
    for (const promise of [
      'externalId takes priority for the lookup',
      'Looks up by externalId first, then phoneNumber',
      'If some leads are not found, the ones that exist will still be deleted',
      'Leads from other campaigns will appear in',
      'Array of lead identifiers to delete (max 1000 per request)',
    ]) {
      expect(document).toContain(promise);
    }
    const other = await insertRow(db, 'campaign', { organization_id: org.organizationId, name: 'other' });
    await lead('a', '+1');
    const kept = await lead('b', '+2');
    await lead(null, '+3');
    const elsewhere = await lead('d', '+4', other);
    const missing = Array.from({ length: 996 }, (_, n) => ({ externalId: `missing-${n}` }));
    const leads = [
      { externalId: 'a', phoneNumber: '+2' },
      { externalId: 'unknown', phoneNumber: '+3' },
      { externalId: 'd' },
      { phoneNumber: '+4' },
      ...missing,
    ];
    const answer = await api.call(org.apiKey, 'POST', pathsOf(document)[0] ?? '', {
      body: { campaignId, leads },
    });
    expect(answer.body).toEqual({
      success: true,
      deleted: 2,
      notFound: 998,
      deletedIdentifiers: ['a', 'unknown'],
      notFoundIdentifiers: ['d', '+4', ...missing.map(({ externalId }) => externalId)],
    });
    const { rows } = await sql<{
      id: string;
    }>`select id from lead where organization_id = ${org.organizationId} order by id`.execute(db);
    expect(rows.map(({ id }) => id)).toEqual([kept, elsewhere]);
  });
});
