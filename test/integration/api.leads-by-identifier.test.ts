import { CRM_CATALOG, decodeId, encodeId, newId, objectTypeOf } from '@winnow/catalog';
import { createApiKey, type Db, findIdentified } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  countRows,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  fieldErrors,
  insertRow,
  type TestApi,
  type TestOrganization,
  textOf,
  workToEnd,
} from '../support/index.ts';

const LEADS = '/api/v1/leads/bulk-delete';
const RECORDS = '/api/v1/records/bulk-delete';

let db: Db;
let api: TestApi;
let org: TestOrganization;
let campaign: string;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
  campaign = await insert('campaign', { name: 'Spring' });
});

const insert = (table: string, row: object = {}) =>
  insertRow(db, table, { organization_id: org.organizationId, ...row });
const lead = (
  external_id: string | null,
  phone_number: string | null = null,
  campaign_id: string | null = campaign,
) => insert('lead', { external_id, phone_number, campaign_id });
const send = (leads: readonly object[], headers: Readonly<Record<string, string>> = {}) =>
  api.call(org.apiKey, 'POST', LEADS, { body: { campaignId: encodeId('camp', campaign), leads }, headers });

async function leadIds(): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from lead where organization_id = ${org.organizationId} order by id
  `.execute(db);
  return rows.map(({ id }) => id);
}

describe('Leads of a campaign are deleted', () => {
  it('by externalId, by phone number, and mixed, with both outcomes listed.', async () => {
    await lead('crm-1', '+1');
    await lead(null, '+2');
    const kept = await lead('crm-3', '+3');
    const answer = await send([
      { externalId: 'crm-1' },
      { phoneNumber: '+2' },
      { externalId: 'crm-9' },
      { phoneNumber: '+9' },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(
      '{"success":true,"deleted":2,"notFound":2,"deletedIdentifiers":["crm-1","+2"],"notFoundIdentifiers":["crm-9","+9"]}',
    );
    expect(await leadIds()).toEqual([kept]);
  });

  it('at both paths alike, and by the campaign’s plain UUID.', async () => {
    await lead('a');
    const answer = await api.call(org.apiKey, 'POST', RECORDS, {
      body: { campaignId: campaign, leads: [{ externalId: 'a', name: 'of the whole lead', metadata: {} }] },
    });
    expect(answer.body).toMatchObject({ success: true, deleted: 1, deletedIdentifiers: ['a'] });
  });

  it('by externalId first, and by phone number only where nobody has that.', async () => {
    await lead('a', '+1');
    const other = await lead('b', '+2');
    await lead('c', '+3');
    const answer = await send([
      { externalId: 'a', phoneNumber: '+2' },
      { externalId: 'nobody', phoneNumber: '+3' },
    ]);
    expect(answer.body).toMatchObject({ deleted: 2, notFound: 0, deletedIdentifiers: ['a', 'nobody'] });
    expect(await leadIds()).toEqual([other]);
  });

  it('each once, though two entries name it, and with all that belongs to it.', async () => {
    const id = await lead('a', '+1');
    const contact = await insert('contact', { lead_id: id });
    await insert('contact_email', { contact_id: contact, email: 'a@b.c' });
    const answer = await send([
      { externalId: 'a' },
      { phoneNumber: '+1' },
      { externalId: 'a' },
      { externalId: 'x' },
      { externalId: 'x' },
    ]);
    expect(answer.body).toEqual({
      success: true,
      deleted: 1,
      notFound: 1,
      deletedIdentifiers: ['a', '+1'],
      notFoundIdentifiers: ['x'],
    });
    const id_ = decodeId('bulkdelete', String(answer.headers['x-winnow-bulk-delete-id'])) ?? '';
    const made = await db.selectFrom('bulk_delete').selectAll().where('id', '=', id_).execute();
    expect(made).toMatchObject([
      { source: 'identifiers', n_objects: 1, deleted_counts: { lead: 1, contact: 1, contact_email: 1 } },
    ]);
  });

  it('a thousand at once.', async () => {
    await sql`
      insert into lead (id, organization_id, campaign_id, external_id)
      select gen_random_uuid(), ${org.organizationId}, ${campaign}, 'n' || n from generate_series(1, 1000) n
    `.execute(db);
    const answer = await send(Array.from({ length: 1000 }, (_, n) => ({ externalId: `n${n + 1}` })));
    expect(answer.body).toMatchObject({ deleted: 1000, notFound: 0 });
    expect(answer.body.deletedIdentifiers).toHaveLength(1000);
    expect(await leadIds()).toEqual([]);
  });
});

describe('A lead is left alone', () => {
  it('when it belongs to another campaign, or to none, or to another organization.', async () => {
    const elsewhere = await insert('campaign', { name: 'Autumn' });
    const kept = [await lead('a', null, elsewhere), await lead('b', null, null)];
    const other = await createOrganization(db);
    const theirs = await insertRow(db, 'campaign', { organization_id: other.organizationId, name: 'x' });
    await insertRow(db, 'lead', {
      organization_id: other.organizationId,
      campaign_id: theirs,
      external_id: 'c',
    });
    const answer = await send([{ externalId: 'a' }, { externalId: 'b' }, { externalId: 'c' }]);
    expect(answer.body).toMatchObject({ deleted: 0, notFound: 3, notFoundIdentifiers: ['a', 'b', 'c'] });
    expect(await leadIds()).toEqual(kept);
    expect(answer.headers).not.toHaveProperty('x-winnow-bulk-delete-id');
  });

  it('when several of the campaign have its identifier, which is listed by itself.', async () => {
    const kept = [
      await lead('twice', '+1'),
      await lead('twice', '+2'),
      await lead('c', '+3'),
      await lead('d', '+3'),
    ];
    await lead('e');
    const answer = await send([
      { externalId: 'twice', phoneNumber: '+1' },
      { phoneNumber: '+3' },
      { externalId: 'e' },
      { externalId: 'x' },
    ]);
    expect(answer.text).toBe(
      '{"success":true,"deleted":1,"notFound":1,"deletedIdentifiers":["e"],"notFoundIdentifiers":["x"],' +
        '"ambiguousIdentifiers":["twice","+3"]}',
    );
    expect(await leadIds()).toEqual(kept);
  });

  it('when very many have its identifier, of which only two are read.', async () => {
    for (let n = 0; n < 20; n += 1) await lead(null, 'unknown');
    await lead('single', 'unknown');
    const answer = await send([{ phoneNumber: 'unknown' }]);
    expect(answer.body).toMatchObject({ deleted: 0, ambiguousIdentifiers: ['unknown'] });
    const scope = {
      catalog: CRM_CATALOG,
      tenantId: org.organizationId,
      objectType: objectTypeOf(CRM_CATALOG, 'lead'),
      within: { column: 'campaign_id', value: campaign },
    };
    const found = await findIdentified(db, scope, [
      { column: 'external_id', values: ['single'] },
      { column: 'phone_number', values: ['unknown', 'nobody'] },
    ]);
    expect(found.map(({ keys }) => keys)).toEqual([
      { external_id: null, phone_number: 'unknown' },
      { external_id: null, phone_number: 'unknown' },
      { external_id: 'single', phone_number: 'unknown' },
    ]);
  });

  it('when something holds it, with the reason.', async () => {
    const fresh = await createDatabase();
    const strict = await createApi(fresh.db);
    const holder = await createOrganization(fresh.db);
    const row = { organization_id: holder.organizationId };
    const campaign_id = await insertRow(fresh.db, 'campaign', { ...row, name: 'c' });
    const held = await insertRow(fresh.db, 'lead', { ...row, campaign_id, external_id: 'held' });
    await insertRow(fresh.db, 'lead', { ...row, campaign_id, external_id: 'free' });
    await sql`create table invoice (id uuid primary key, lead_id uuid not null references lead (id))`.execute(
      fresh.db,
    );
    await insertRow(fresh.db, 'invoice', { lead_id: held });
    const answer = await strict.call(holder.apiKey, 'POST', LEADS, {
      body: { campaignId: campaign_id, leads: [{ externalId: 'held' }, { externalId: 'free' }] },
    });
    expect(answer.body).toEqual({
      success: true,
      deleted: 1,
      notFound: 0,
      deletedIdentifiers: ['free'],
      notFoundIdentifiers: [],
      failedIdentifiers: [{ identifier: 'held', code: '23503', message: expect.stringContaining('invoice') }],
    });
  });
});

describe('A body that is not as described is answered 400 in a sentence, and deletes nothing:', () => {
  const ONE = '{"externalId":"a"}';
  it.each([
    [`{"leads":[${ONE}]}`, 'campaignId is required'],
    [`{"campaignId":null,"leads":[${ONE}]}`, 'campaignId is required'],
    [`{"campaignId":"","leads":[${ONE}]}`, 'campaignId is required'],
    [`{"campaignId":1,"leads":[${ONE}]}`, 'campaignId must be a string'],
    ['{"campaignId":"C"}', 'leads array is required'],
    [`{"campaignId":"C","leads":null}`, 'leads array is required'],
    [`{"campaignId":"C","leads":${ONE}}`, 'leads array is required'],
    [`{"campaignId":"C","leads":"a"}`, 'leads array is required'],
    ['{"campaignId":"C","leads":[]}', 'leads array cannot be empty'],
    [
      `{"campaignId":"C","leads":[${Array(1001).fill(ONE).join()}]}`,
      'Maximum 1000 leads per bulk delete request',
    ],
    [`{"campaignId":"C","leads":[{}]}`, 'leads[0]: At least one of phoneNumber or externalId is required'],
    [
      `{"campaignId":"C","leads":[${ONE},${ONE},{"email":"x"}]}`,
      'leads[2]: At least one of phoneNumber or externalId is required',
    ],
    [
      `{"campaignId":"C","leads":[${ONE},"a"]}`,
      'leads[1]: At least one of phoneNumber or externalId is required',
    ],
    [`{"campaignId":"C","leads":[null]}`, 'leads[0]: At least one of phoneNumber or externalId is required'],
    [
      `{"campaignId":"C","leads":[["externalId"]]}`,
      'leads[0]: At least one of phoneNumber or externalId is required',
    ],
    [
      `{"campaignId":"C","leads":[{"externalId":" ","phoneNumber":null}]}`,
      'leads[0]: At least one of phoneNumber or externalId is required',
    ],
    [`{"campaignId":"C","leads":[{"externalId":1}]}`, 'leads[0]: externalId must be a string'],
    [
      `{"campaignId":"C","leads":[{"externalId":"a","phoneNumber":15551234}]}`,
      'leads[0]: phoneNumber must be a string',
    ],
    [`{"campaignId":"C","leads":[${ONE}],"dryRun":true}`, 'dryRun is not a known field'],
    [`[${ONE}]`, 'The request body must be a JSON object'],
    ['', 'The request body must be a JSON object'],
    ['{"campaignId":"C"', 'The request body is not valid JSON.'],
    [
      `{"campaignId":"C","leads":[{"externalId":"\\u0000"}]}`,
      'leads[0].externalId: Must not contain the NUL character (U+0000).',
    ],
  ])('%.90s', async (payload, error) => {
    const id = await lead('a');
    for (const path of [LEADS, RECORDS]) {
      const answer = await api.call(org.apiKey, 'POST', path, {
        payload: payload.replace('"C"', `"${campaign}"`),
      });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({ success: false, error });
    }
    expect(await leadIds()).toEqual([id]);
  });
});

describe('A key', () => {
  const FORBIDDEN = { success: false, error: 'Forbidden' };

  it.each([null, 'wrong'])('that is %s is answered 401.', async (key) => {
    const answer = await api.call(key, 'POST', LEADS, { body: {} });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ success: false, error: 'Invalid or inactive API key' });
  });

  it('without write or write:leads is forbidden.', async () => {
    const id = await lead('a');
    const call = async (scopes: readonly string[]) => {
      const { key } = await createApiKey(db, { ...org, name: 'k', scopes });
      return api.call(key, 'POST', LEADS, { body: { campaignId: campaign, leads: [{ externalId: 'x' }] } });
    };
    const refused = await call(['read', 'delete', 'write:deals']);
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual(FORBIDDEN);
    expect((await call(['write'])).status).toBe(200);
    expect((await call(['write:leads'])).status).toBe(200);
    expect(await leadIds()).toEqual([id]);
  });

  it('is forbidden campaigns that are not there, not the organization’s, or not its own.', async () => {
    const other = await createOrganization(db);
    const theirs = await insertRow(db, 'campaign', { organization_id: other.organizationId, name: 'x' });
    const closed = await insert('campaign', { name: 'closed to the key' });
    const id = await lead('a', null, closed);
    const { key } = await createApiKey(db, { ...org, name: 'k', scopes: ['write'], campaignIds: [campaign] });
    const call = (campaignId: string) =>
      api.call(key, 'POST', LEADS, { body: { campaignId, leads: [{ externalId: 'a' }] } });
    for (const campaignId of [theirs, newId(), 'nonsense', encodeId('lead', campaign), closed]) {
      const answer = await call(campaignId);
      expect(answer.status).toBe(403);
      expect(answer.body).toEqual(FORBIDDEN);
    }
    expect((await call(campaign)).status).toBe(200);
    expect(await leadIds()).toEqual([id]);
  });
});

it('Two calls with identifiers in common count each lead once in all.', async () => {
  for (let n = 0; n < 30; n += 1) await lead(`e${n}`, `+${n}`);
  const byId = Array.from({ length: 30 }, (_, n) => ({ externalId: `e${n}` }));
  const byPhone = Array.from({ length: 30 }, (_, n) => ({ phoneNumber: `+${29 - n}` }));
  const answers = await Promise.all([
    send(byId),
    send(byPhone),
    send([...byPhone.slice(5), ...byId.slice(20)]),
  ]);
  expect(answers.reduce((sum, { body }) => sum + Number(body.deleted), 0)).toBe(30);
  for (const { body } of answers) {
    const listed = [body.deletedIdentifiers, body.notFoundIdentifiers].flat();
    expect(new Set(listed).size).toBe(listed.length);
    expect(body.notFoundIdentifiers).toHaveLength(Number(body.notFound));
  }
  expect(await leadIds()).toEqual([]);
});

it('A call that outlasts its time is answered 202 with what is done, and is finished.', async () => {
  const hasty = await createApi(db, { engine: { synchronousMs: 1, sliceMs: 1, pageSize: 1 } });
  for (let n = 0; n < 20; n += 1) await lead(`e${n}`);
  const leads = Array.from({ length: 21 }, (_, n) => ({ externalId: `e${n}` }));
  const answer = await hasty.call(org.apiKey, 'POST', LEADS, { body: { campaignId: campaign, leads } });
  expect(answer.status).toBe(202);
  const bulkDelete = answer.body.bulkDelete as Readonly<Record<string, unknown>>;
  const id = String(bulkDelete.id);
  expect(answer.headers.location).toBe(`/api/v1/bulk_action/delete/${id}/`);
  expect(answer.body).toMatchObject({ success: true, notFound: 1, notFoundIdentifiers: ['e20'] });
  expect(Number(answer.body.deleted)).toBeLessThan(20);
  expect(answer.body.deletedIdentifiers).toHaveLength(Number(answer.body.deleted));
  await workToEnd(createEngine(db), decodeId('bulkdelete', id) ?? '');
  expect(await leadIds()).toEqual([]);
});

it('A request without a lead to delete makes no bulk delete.', async () => {
  const before = await countRows(db, 'bulk_delete');
  expect((await send([{ externalId: 'x' }])).body).toMatchObject({ success: true, deleted: 0, notFound: 1 });
  expect(await countRows(db, 'bulk_delete')).toBe(before);
});

it('Campaigns are made and shown at a URL of their own, and leads are put into them.', async () => {
  const made = await api.call(org.apiKey, 'POST', '/api/v1/campaign/', { body: { name: 'Summer' } });
  const id = textOf(made, 'id');
  expect(id).toMatch(/^camp_/);
  const body = { campaign_id: id, external_id: 'crm-1', metadata: { score: 7 } };
  const put = await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body });
  expect(put.body).toMatchObject(body);
  const path = `/api/v1/lead/${textOf(put, 'id')}/`;
  expect((await api.call(org.apiKey, 'PUT', path, { body: { metadata: { a: 1 } } })).body.metadata).toEqual({
    a: 1,
  });
  expect(fieldErrors(await api.call(org.apiKey, 'PUT', path, { body: { metadata: [1] } }))).toHaveProperty(
    'metadata',
  );
  expect(fieldErrors(await api.call(org.apiKey, 'PUT', path, { body: { metadata: null } }))).toHaveProperty(
    'metadata',
  );
  const answer = await api.call(org.apiKey, 'POST', LEADS, {
    body: { campaignId: id, leads: [{ externalId: 'crm-1' }] },
  });
  expect(answer.body).toMatchObject({ deleted: 1 });
  const renamed = await api.call(org.apiKey, 'PUT', `/api/v1/campaign/${id}/`, { body: { name: 'Autumn' } });
  expect((await api.call(org.apiKey, 'GET', '/api/v1/campaign/')).body.data).toContainEqual(renamed.body);
});
