import { encodeId, newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  createApi,
  createDatabase,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';

const LEADS = '/api/v1/leads';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

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

const insert = (table: string, row: object = {}) =>
  insertRow(db, table, { organization_id: org.organizationId, ...row });
const get = (path: string) => api.call(org.apiKey, 'GET', `${LEADS}${path}`);
const put = (id: string, body: unknown) => api.call(org.apiKey, 'PUT', `${LEADS}/${id}`, { body });
const dataOf = ({ body }: Answer) => body.data as Readonly<Record<string, unknown>>;
const namesOf = (answer: Answer) =>
  (dataOf(answer).leads as readonly { name: string }[]).map(({ name }) => name);

const missing = (leadId: string) =>
  JSON.stringify({
    success: false,
    error: 'Lead not found',
    code: 'LEAD_NOT_FOUND',
    details: { leadId, message: 'No lead found with this ID in your workspace' },
  });

describe('GET shows a lead', () => {
  it('with the e-mail address of its first contact, its own phone number, and its status in lower case.', async () => {
    const status_id = await insert('lead_status', { label: 'Very Lost' });
    const campaign_id = await insert('campaign', { name: 'c' });
    const id = await insert('lead', {
      name: 'Acme',
      status_id,
      campaign_id,
      external_id: 'crm-1',
      phone_number: '+1',
      source: 'fair',
      metadata: JSON.stringify({ score: 7 }),
    });
    const contact_id = await insert('contact', { lead_id: id });
    await insert('contact_email', { contact_id, email: 'ann@acme.test' });
    await insert('contact_phone', { contact_id, phone: '+2' });

    const answer = await get(`/${encodeId('lead', id)}`);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      message: 'Lead retrieved successfully',
      data: {
        id: encodeId('lead', id),
        name: 'Acme',
        email: 'ann@acme.test',
        phone: '+1',
        status: 'very lost',
        metadata: { score: 7 },
        source: 'fair',
        externalId: 'crm-1',
        campaignId: encodeId('camp', campaign_id),
        createdAt: expect.stringMatching(INSTANT),
        updatedAt: expect.stringMatching(INSTANT),
      },
    });
    expect((await get(`/${id}/`)).body).toEqual(answer.body);
    await sql`update lead set phone_number = null where id = ${id}`.execute(db);
    expect(dataOf(await get(`/${id}`)).phone).toBe('+2');
  });

  it('of which nothing is known but that it is there.', async () => {
    const id = await insert('lead');
    expect(dataOf(await get(`/${id}`))).toMatchObject({
      name: '',
      email: null,
      phone: null,
      status: null,
      metadata: {},
    });
  });
});

describe('What is no lead of the organization is answered LEAD_NOT_FOUND', () => {
  it.each([
    'lead_nonexistent123',
    'x',
    `lead_${'0'.repeat(22)}`,
    `lead_${'z'.repeat(22)}`,
    'bulk-delete',
    'a'.repeat(300),
    'a'.repeat(5000),
    newId(),
  ])('GET, PUT and DELETE of %.40s', async (id) => {
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      // There is an endpoint of this name, which takes a POST only.
      if (id === 'bulk-delete') continue;
      const answer = await api.call(
        org.apiKey,
        method,
        `${LEADS}/${id}`,
        method === 'PUT' ? { body: {} } : {},
      );
      expect(answer.status).toBe(404);
      expect(answer.text).toBe(missing(id));
    }
  });

  it('so are another organization’s, a contact, and one that is gone; and nothing happens to them.', async () => {
    const other = await createOrganization(db);
    const theirs = await insertRow(db, 'lead', { organization_id: other.organizationId, name: 'theirs' });
    const contact = await insert('contact', { lead_id: await insert('lead') });
    const gone = await insert('lead');
    await api.call(org.apiKey, 'DELETE', `${LEADS}/${gone}`);
    for (const id of [theirs, encodeId('lead', theirs), contact, encodeId('cont', contact), gone]) {
      for (const method of ['GET', 'PUT', 'DELETE'] as const) {
        const answer = await api.call(
          org.apiKey,
          method,
          `${LEADS}/${id}`,
          method === 'PUT' ? { body: { name: 'x' } } : {},
        );
        expect(answer.text).toBe(missing(id));
        expect(answer.status).toBe(404);
      }
    }
    expect((await sql`select name from lead where id = ${theirs}`.execute(db)).rows).toEqual([
      { name: 'theirs' },
    ]);
  });
});

describe('DELETE', () => {
  it('takes the lead with all that belongs to it, archived, and says when.', async () => {
    const id = await insert('lead', { name: 'x', metadata: JSON.stringify({ a: 1 }) });
    const contact_id = await insert('contact', { lead_id: id });
    await insert('contact_email', { contact_id, email: 'a@b.c' });
    const document = await insert('document', { lead_id: id, name: 'd' });

    const answer = await api.call(org.apiKey, 'DELETE', `${LEADS}/${id}`, {
      headers: { 'content-type': 'application/json' },
    });

    const { deletedAt } = dataOf(answer);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(
      `{"success":true,"message":"Lead deleted successfully","data":{"id":"${encodeId('lead', id)}","deletedAt":"${deletedAt}"}}`,
    );
    expect(deletedAt).toMatch(INSTANT);
    expect(Math.abs(Date.now() - Date.parse(String(deletedAt)))).toBeLessThan(600_000);
    const archived = await sql`select metadata from archive.lead where id = ${id}`.execute(db);
    expect(archived.rows).toEqual([{ metadata: { a: 1 } }]);
    expect((await sql`select lead_id from document where id = ${document}`.execute(db)).rows).toEqual([
      { lead_id: null },
    ]);
    expect((await get(`/${id}`)).status).toBe(404);
  });

  it('that something hinders is answered 409 with the reason.', async () => {
    const fresh = await createDatabase();
    const strict = await createApi(fresh.db);
    const holder = await createOrganization(fresh.db);
    const id = await insertRow(fresh.db, 'lead', { organization_id: holder.organizationId });
    await sql`create table invoice (id uuid primary key, lead_id uuid not null references lead (id))`.execute(
      fresh.db,
    );
    await insertRow(fresh.db, 'invoice', { lead_id: id });
    const answer = await strict.call(holder.apiKey, 'DELETE', `${LEADS}/${id}`);
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({
      success: false,
      code: 'LEAD_NOT_DELETED',
      details: { leadId: id, message: expect.stringContaining('invoice') },
    });
  });

  it('of a record that somebody holds is waited for as long as a client should wait, whatever a page may.', async () => {
    const hasty = await createApi(db, { engine: { synchronousMs: 200 } });
    const id = await insert('lead');
    await db.transaction().execute(async (trx) => {
      await sql`select from lead where id = ${id} for update`.execute(trx);
      const started = performance.now();
      expect((await hasty.call(org.apiKey, 'DELETE', `${LEADS}/${id}`)).status).toBe(202);
      expect(performance.now() - started).toBeGreaterThan(190);
    });
  });

  it('of a record that somebody lets go of in time is done when the page is tried again.', async () => {
    const patient = await createApi(db, {
      engine: {
        page: { statementTimeoutMs: 60_000, lockTimeoutMs: 20, idleTimeoutMs: 60_000 },
        retryBaseMs: 300,
      },
    });
    const id = await insert('lead');
    const isPostponed = async () => {
      const { rows } =
        await sql`select from bulk_delete_page where ${id}::uuid = any(object_ids) and attempts > 0`.execute(
          db,
        );
      return rows.length > 0;
    };
    let answer: Promise<Answer> | undefined;
    await db.transaction().execute(async (trx) => {
      await sql`select from lead where id = ${id} for update`.execute(trx);
      answer = patient.call(org.apiKey, 'DELETE', `${LEADS}/${id}`);
      await waitFor(isPostponed, { what: 'the page to be postponed' });
    });
    expect((await answer)?.status).toBe(200);
  });

  it('of a record that somebody holds for long is answered 202, and is not lost.', async () => {
    const hasty = await createApi(db, {
      engine: {
        synchronousMs: 1,
        page: { statementTimeoutMs: 60_000, lockTimeoutMs: 20, idleTimeoutMs: 60_000 },
        retryBaseMs: 60_000,
      },
    });
    const id = await insert('lead');
    await db.transaction().execute(async (trx) => {
      await sql`select from lead where id = ${id} for update`.execute(trx);
      const answer = await hasty.call(org.apiKey, 'DELETE', `${LEADS}/${id}`);
      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({
        success: true,
        data: { id: encodeId('lead', id), deletedAt: null, bulkDelete: { status: 'processing' } },
      });
      expect(hasty.doorbell.rings).toHaveLength(1);
    });
  });
});

describe('PUT', () => {
  it('changes what it names and nothing else.', async () => {
    const lost = await insert('lead_status', { label: 'Lost' });
    await insert('lead_status', { label: 'Open' });
    const id = await insert('lead', {
      name: 'Acme',
      phone_number: '+1',
      metadata: JSON.stringify({ a: 1, b: { c: 2 } }),
    });

    const answer = await put(id, { status: 'lOST', metadata: { archived: true, a: null, b: { d: 3 } } });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, message: 'Lead updated successfully' });
    expect(dataOf(answer)).toMatchObject({ name: 'Acme', phone: '+1', status: 'lost' });
    expect(dataOf(answer).metadata).toEqual({ archived: true, b: { d: 3 } });
    expect((await get(`/${id}`)).body.data).toEqual(answer.body.data);
    const { rows } = await sql`
      select status_id, updated_by, date_status_changed is not null as stamped from lead where id = ${id}
    `.execute(db);
    expect(rows).toEqual([{ status_id: lost, updated_by: org.userId, stamped: true }]);
    const renamed = await put(id, { name: 'New', phone: '+3', status: null });
    expect(dataOf(renamed)).toMatchObject({
      name: 'New',
      phone: '+3',
      status: null,
      metadata: { archived: true },
    });
    expect(dataOf(await put(id, { phone: null }))).toMatchObject({ phone: null, name: 'New' });
  });

  it('takes back what GET showed, and refuses what cannot be changed here instead of losing it.', async () => {
    const id = await insert('lead', { name: 'Acme' });
    const contact_id = await insert('contact', { lead_id: id });
    await insert('contact_phone', { contact_id, phone: '+2' });
    const shown = dataOf(await get(`/${id}`));
    expect(dataOf(await put(id, { ...shown, name: 'New' }))).toMatchObject({ name: 'New', phone: '+2' });
    expect((await sql`select phone_number from lead where id = ${id}`.execute(db)).rows).toEqual([
      { phone_number: null },
    ]);
    const refused = await put(id, { name: 'Newer', email: 'new@acme.test', notes: 'n', createdAt: null });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ success: false, code: 'VALIDATION_ERROR' });
    expect(Object.keys(refused.body.details as object)).toEqual(['email', 'notes', 'createdAt']);
    expect(dataOf(await get(`/${id}`)).name).toBe('New');
  });

  it('names the statuses that there are when it is asked for another.', async () => {
    const id = await insert('lead');
    expect((await put(id, { status: 'lost' })).body).toMatchObject({
      details: { status: 'The organization has no lead statuses.' },
    });
    await insert('lead_status', { label: 'Open' });
    await insert('lead_status', { label: 'Won Back' });
    const answer = await put(id, { status: 'lost', name: 'x' });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      success: false,
      error: 'status: Must be one of: open, won back.',
      code: 'VALIDATION_ERROR',
      details: { status: 'Must be one of: open, won back.' },
    });
    expect(dataOf(await get(`/${id}`)).name).toBe('');
  });

  it.each([
    ['{"name":1}', 'name'],
    ['{"name":null}', 'name'],
    ['{"phone":15551234}', 'phone'],
    ['{"status":true}', 'status'],
    ['{"metadata":null}', 'metadata'],
    ['{"metadata":[]}', 'metadata'],
    ['{"metadata":"archived"}', 'metadata'],
    ['{"metadata":{"a":"\\u0000"}}', 'metadata.a'],
  ])('refuses the body %s', async (payload, field) => {
    const id = await insert('lead', { name: 'kept' });
    const answer = await api.call(org.apiKey, 'PUT', `${LEADS}/${id}`, { payload });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      success: false,
      code: 'VALIDATION_ERROR',
      details: { [field]: expect.any(String) },
    });
    expect(dataOf(await get(`/${id}`))).toMatchObject({ name: 'kept', metadata: {} });
  });

  it.each(['[]', 'null', '""', '{', ''])('refuses the body %s, which is no object', async (payload) => {
    const id = await insert('lead');
    const answer = await api.call(org.apiKey, 'PUT', `${LEADS}/${id}`, { payload });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ success: false, code: 'VALIDATION_ERROR', details: {} });
  });

  it('lets two clients that change different keys of the metadata both have their way.', async () => {
    const id = await insert('lead');
    await Promise.all(Array.from({ length: 10 }, (_, n) => put(id, { metadata: { [`k${n}`]: n } })));
    expect(Object.keys(dataOf(await get(`/${id}`)).metadata as object)).toHaveLength(10);
  });
});

describe('The list', () => {
  it('shows the leads of a status, whatever its case, newest first, page by page.', async () => {
    const [lost, alsoLost, open] = [
      await insert('lead_status', { label: 'Lost' }),
      await insert('lead_status', { label: 'LOST' }),
      await insert('lead_status', { label: 'Open' }),
    ];
    for (const [name, status_id] of [
      ['a', lost],
      ['b', open],
      ['c', alsoLost],
      ['d', lost],
      ['e', null],
    ] as const) {
      await insert('lead', { name, status_id });
    }
    const answer = await get('?status=lost&limit=2');
    expect(answer.body).toMatchObject({ success: true, message: 'Leads retrieved successfully' });
    expect(namesOf(answer)).toEqual(['d', 'c']);
    expect(dataOf(answer).pagination).toEqual({ total: 3, limit: 2, offset: 0, hasMore: true });
    const rest = await get('?status=Lost&limit=2&offset=2');
    expect(namesOf(rest)).toEqual(['a']);
    expect(dataOf(rest).pagination).toEqual({ total: 3, limit: 2, offset: 2, hasMore: false });
    expect(namesOf(await get(''))).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(namesOf(await get('/?status=open'))).toEqual(['b']);
  });

  it('is empty for a status that nobody has, and never shows another organization’s.', async () => {
    await insert('lead');
    const other = await createOrganization(db);
    const status_id = await insertRow(db, 'lead_status', {
      organization_id: other.organizationId,
      label: 'Lost',
    });
    await insertRow(db, 'lead', { organization_id: other.organizationId, status_id });
    expect(dataOf(await get('?status=lost'))).toMatchObject({
      leads: [],
      pagination: { total: 0, hasMore: false },
    });
    expect(dataOf(await get('')).pagination).toMatchObject({ total: 1 });
  });

  it.each([
    ['?status=', 'status'],
    ['?status=a&status=b', 'status'],
    ['?Status=lost', 'Status'],
    ['?page=2', 'page'],
    ['?limit=0', 'limit'],
    ['?limit=201', 'limit'],
    ['?limit=x', 'limit'],
    ['?offset=-1', 'offset'],
    ['?offset=1000001', 'offset'],
  ])('refuses %s: what was passed over would show leads that were not asked for.', async (query, field) => {
    const answer = await get(query);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      success: false,
      code: 'VALIDATION_ERROR',
      details: { [field]: expect.any(String) },
    });
  });
});

describe('A key', () => {
  it('reads with read:leads and writes with write:leads, or the wide ones.', async () => {
    const statusOf = async (scope: string, method: 'GET' | 'PUT' | 'DELETE') => {
      const holder = await createOrganization(db, { scopes: [scope] });
      const answer = await api.call(
        holder.apiKey,
        method,
        `${LEADS}/${newId()}`,
        method === 'PUT' ? { body: {} } : {},
      );
      if (answer.status === 403)
        expect(answer.body).toMatchObject({ success: false, code: 'FORBIDDEN', details: {} });
      return answer.status;
    };
    for (const scope of ['read', 'read:leads']) {
      expect(await statusOf(scope, 'GET')).toBe(404);
      expect(await statusOf(scope, 'PUT')).toBe(403);
      expect(await statusOf(scope, 'DELETE')).toBe(403);
    }
    for (const scope of ['write', 'write:leads']) {
      expect(await statusOf(scope, 'GET')).toBe(403);
      expect(await statusOf(scope, 'PUT')).toBe(404);
      expect(await statusOf(scope, 'DELETE')).toBe(404);
    }
    expect(await statusOf('write:contacts', 'DELETE')).toBe(403);
  });

  it('that is missing or wrong is answered 401.', async () => {
    for (const key of [null, 'wrong']) {
      const answer = await api.call(key, 'GET', LEADS);
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ success: false, code: 'UNAUTHORIZED', details: {} });
    }
  });
});
