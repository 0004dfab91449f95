import { decodeId, encodeId, newId } from '@winnow/catalog';
import { connect, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  countRows,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
  workToEnd,
} from '../support/index.ts';

const DEALS = '/v1/deals/bulk-delete';
const CONTACTS = '/v1/contacts/bulk-delete';
const GATEWAY = '/functions/v1/api-gateway';

let db: Db;
let url: string;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db, url } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
});

const post = (path: string, body: unknown, key = org.apiKey) => api.call(key, 'POST', path, { body });
const insert = (table: string, row: object = {}, organization = org) =>
  insertRow(db, table, { organization_id: organization.organizationId, ...row });
const insertDeals = (n: number) => Promise.all(Array.from({ length: n }, () => insert('opportunity')));
const outcome = (deleted: number, notFound: number, errors: readonly unknown[] = []) => ({
  data: { deleted_count: deleted, not_found_count: notFound, errors },
});

describe('Deals are deleted by their ids', () => {
  it('as UUIDs in any case, with the prefix of the API, and with that of these endpoints; each counts once.', async () => {
    const [a = '', b = '', c = '', kept = ''] = await insertDeals(4);
    const answer = await post(DEALS, {
      deal_ids: [
        a,
        a.toUpperCase(),
        encodeId('oppo', a),
        encodeId('oppo', b),
        encodeId('deal', c),
        encodeId('deal', c),
      ],
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"data":{"deleted_count":3,"not_found_count":0,"errors":[]}}');
    expect(await idsOf('opportunity')).toEqual([kept]);
    expect(answer.headers['x-winnow-bulk-delete-id']).toMatch(/^bulkdelete_/);
    expect(answer.headers['x-request-id']).toMatch(/^req_/);
  });

  it('below the path of a gateway too.', async () => {
    const ids = await insertDeals(2);
    expect((await post(`${GATEWAY}${DEALS}`, { deal_ids: ids })).body).toEqual(outcome(2, 0));
  });

  it('and go to the archive, in a bulk delete of their own.', async () => {
    const ids = await insertDeals(2);
    const { headers } = await post(DEALS, { deal_ids: ids });
    const bulkDeleteId = decodeId('bulkdelete', String(headers['x-winnow-bulk-delete-id'])) ?? '';
    const { rows } = await sql<{ id: string }>`
      select id from archive.opportunity where bulk_delete_id = ${bulkDeleteId} order by id
    `.execute(db);
    expect(rows.map(({ id }) => id)).toEqual([...ids].sort());
    const made = await db.selectFrom('bulk_delete').selectAll().where('id', '=', bulkDeleteId).execute();
    expect(made).toMatchObject([
      { source: 'ids', object_type: 'opportunity', status: 'done', api_key_id: org.apiKeyId, n_objects: 2 },
    ]);
  });

  it('up to 500 of them, over several pages.', async () => {
    const ids = await insertDeals(500);
    expect((await post(DEALS, { deal_ids: ids })).body).toEqual(outcome(500, 0));
  });
});

describe('What is no deal of the organization', () => {
  it('is not found: one that never was, one that is gone, another organization’s, and a contact.', async () => {
    const other = await createOrganization(db);
    const foreign = await insert('opportunity', {}, other);
    const lead = await insert('lead');
    const contact = await insert('contact', { lead_id: lead });
    const [gone = '', here = ''] = await insertDeals(2);
    await post(DEALS, { deal_ids: [gone] });

    const answer = await post(DEALS, { deal_ids: [newId(), gone, foreign, contact, here] });

    expect(answer.body).toEqual(outcome(1, 4));
    expect(await idsOf('opportunity', other)).toEqual([foreign]);
    expect(await idsOf('contact')).toEqual([contact]);
  });

  it('is a row that failed when it is no id, and the rest is deleted.', async () => {
    const [id = ''] = await insertDeals(1);
    const wrong = ['deal_01HY1', '', 'x', encodeId('cont', id), `${id}0`, '-1', `deal_${'z'.repeat(22)}`];
    const answer = await post(DEALS, { deal_ids: [...wrong, id, ...wrong] });
    const row = (deal_id: string) => ({ deal_id, code: 'invalid_id', message: expect.any(String) });
    expect(answer.body).toEqual(outcome(1, 0, wrong.map(row)));
    expect(Object.keys((answer.body.data as { errors: object[] }).errors[0] ?? {})).toEqual([
      'deal_id',
      'code',
      'message',
    ]);
  });

  it('makes no bulk delete when there is nothing else; an empty list deletes nothing.', async () => {
    const before = await countRows(db, 'bulk_delete');
    expect((await post(DEALS, { deal_ids: [] })).body).toEqual(outcome(0, 0));
    expect((await post(DEALS, { deal_ids: ['x'] })).body).toMatchObject({ data: { deleted_count: 0 } });
    expect(await countRows(db, 'bulk_delete')).toBe(before);
  });
});

describe('Deleting a deal', () => {
  it('keeps its activities, tasks and documents, which lose the link to it and nothing else.', async () => {
    const lead_id = await insert('lead');
    const contact_id = await insert('contact', { lead_id });
    const [opportunity_id = ''] = [await insert('opportunity', { lead_id, contact_id })];
    const links = { lead_id, contact_id, opportunity_id };
    const kept = {
      activity: await insert('activity', { ...links, type: 'note', note: 'n' }),
      task: await insert('task', { ...links, text: 't' }),
      document: await insert('document', { ...links, name: 'd' }),
    };
    expect((await post(DEALS, { deal_ids: [opportunity_id] })).body).toEqual(outcome(1, 0));
    for (const [table, id] of Object.entries(kept)) {
      const { rows } = await sql`
        select lead_id, contact_id, opportunity_id from ${sql.table(table)} where id = ${id}
      `.execute(db);
      expect(rows).toEqual([{ lead_id, contact_id, opportunity_id: null }]);
    }
  });

  it('that something holds fails its row, with code and message, and no other.', async () => {
    const fresh = await createDatabase();
    const strict = await createApi(fresh.db);
    const holder = await createOrganization(fresh.db);
    const row = { organization_id: holder.organizationId };
    const ids = await Promise.all([1, 2, 3].map(() => insertRow(fresh.db, 'opportunity', row)));
    await sql`create table invoice (id uuid primary key, deal_id uuid not null references opportunity (id))`.execute(
      fresh.db,
    );
    await insertRow(fresh.db, 'invoice', { deal_id: ids[1] });
    const sent = encodeId('deal', ids[1] ?? '');
    const answer = await strict.call(holder.apiKey, 'POST', DEALS, {
      body: { deal_ids: ['nonsense', ids[0], sent, ids[2], newId()] },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(
      outcome(2, 1, [
        { deal_id: 'nonsense', code: 'invalid_id', message: expect.any(String) },
        { deal_id: sent, code: '23503', message: expect.stringContaining('invoice') },
      ]),
    );
  });
});

describe('Deleting a contact', () => {
  it('takes its e-mails, phones and URLs, and keeps activities, tasks, deals and documents without the link.', async () => {
    const lead_id = await insert('lead');
    const contact_id = await insert('contact', { lead_id });
    const parts = {
      contact_email: { email: 'a@b.c' },
      contact_phone: { phone: '1' },
      contact_url: { url: 'u' },
    };
    for (const [table, row] of Object.entries(parts)) await insert(table, { contact_id, ...row });
    const kept = {
      activity: await insert('activity', { lead_id, contact_id, type: 'call' }),
      task: await insert('task', { lead_id, contact_id }),
      opportunity: await insert('opportunity', { lead_id, contact_id }),
      document: await insert('document', { lead_id, contact_id, name: 'd' }),
    };
    expect((await post(CONTACTS, { contact_ids: [contact_id] })).text).toBe(
      '{"data":{"deleted_count":1,"not_found_count":0,"errors":[]}}',
    );
    for (const table of Object.keys(parts)) {
      expect(await idsOf(table)).toEqual([]);
      expect(
        (await sql`select from ${sql.table(`archive.${table}`)} where contact_id = ${contact_id}`.execute(db))
          .rows,
      ).toHaveLength(1);
    }
    for (const [table, id] of Object.entries(kept)) {
      const { rows } =
        await sql`select lead_id, contact_id from ${sql.table(table)} where id = ${id}`.execute(db);
      expect(rows).toEqual([{ lead_id, contact_id: null }]);
    }
    expect(await idsOf('lead')).toEqual([lead_id]);
  });

  it('names wrong ids by its own key.', async () => {
    const answer = await post(CONTACTS, { contact_ids: ['x'] });
    expect(answer.body).toEqual(
      outcome(0, 0, [{ contact_id: 'x', code: 'invalid_id', message: expect.any(String) }]),
    );
  });
});

describe('dry_run', () => {
  it('counts what would happen, and changes nothing.', async () => {
    const other = await createOrganization(db);
    const ids = await insertDeals(3);
    const deal_ids = [...ids, ids[0], 'x', newId(), await insert('opportunity', {}, other)];
    const nBefore = await countRows(db, 'bulk_delete');
    const nEvents = await countRows(db, 'event');

    const foreseen = await post(DEALS, { deal_ids, dry_run: true });

    expect(foreseen.body).toMatchObject({
      data: { deleted_count: 3, not_found_count: 2, errors: [{ deal_id: 'x' }] },
    });
    expect(await idsOf('opportunity')).toEqual([...ids].sort());
    expect(await countRows(db, 'bulk_delete')).toBe(nBefore);
    expect(await countRows(db, 'event')).toBe(nEvents);
    expect((await post(DEALS, { deal_ids, dry_run: false })).body).toEqual(foreseen.body);
  });

  it.each([
    ['"true"', '"true"'],
    ['1', '1'],
    ['a list', '[true]'],
  ])('that is %s is refused, and nothing is deleted.', async (_name, text) => {
    const [id = ''] = await insertDeals(1);
    const answer = await api.call(org.apiKey, 'POST', DEALS, {
      payload: `{"deal_ids":["${id}"],"dry_run":${text}}`,
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      error: { code: 'validation_error', details: { dry_run: 'Must be true or false or null.' } },
    });
    expect(await idsOf('opportunity')).toEqual([id]);
  });
});

describe('A body that is not as described is answered 400 with what is wrong, and nothing is deleted:', () => {
  it.each([
    ['no ids', '{}', 'deal_ids: This field is required.'],
    ['ids of the other kind', '{"contact_ids":["ID"]}', 'deal_ids: This field is required.'],
    ['null', '{"deal_ids":null}', 'deal_ids: Must be a list from 0 to 500 items.'],
    ['a text', '{"deal_ids":"ID"}', 'deal_ids: Must be a list from 0 to 500 items.'],
    ['an object', '{"deal_ids":{"0":"ID"}}', 'deal_ids: Must be a list from 0 to 500 items.'],
    ['an id that is a number', '{"deal_ids":["ID",1]}', 'deal_ids[1]: Must be a text.'],
    ['an id that is null', '{"deal_ids":["ID",null]}', 'deal_ids[1]: Must be a text.'],
    ['an id in a list', '{"deal_ids":[["ID"]]}', 'deal_ids[0]: Must be a text.'],
    ['a key that is not known', '{"deal_ids":["ID"],"dryRun":true}', 'dryRun: This key is not known here.'],
    ['a list', '["ID"]', 'The request body must be a JSON object.'],
    ['nothing', '', 'The request body must be a JSON object.'],
    ['null as a whole', 'null', 'The request body must be a JSON object.'],
    ['no JSON', '{"deal_ids":["ID"', 'The request body is not valid JSON.'],
    ['NUL', '{"deal_ids":["ID\\u0000"]}', 'deal_ids[0]: Must not contain the NUL character (U+0000).'],
  ])('%s', async (_name, payload, message) => {
    const [id = ''] = await insertDeals(1);
    for (const path of [DEALS, `${GATEWAY}${DEALS}`]) {
      const answer = await api.call(org.apiKey, 'POST', path, { payload: payload.replace('ID', id) });
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ error: { code: 'validation_error', message } });
    }
    expect(await idsOf('opportunity')).toEqual([id]);
  });

  it('501 ids', async () => {
    const [id = ''] = await insertDeals(1);
    const answer = await post(DEALS, { deal_ids: Array.from({ length: 501 }, () => id) });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: {
        code: 'validation_error',
        message: 'deal_ids: Must be a list from 0 to 500 items.',
        details: { deal_ids: 'Must be a list from 0 to 500 items.' },
      },
    });
    expect(await idsOf('opportunity')).toEqual([id]);
  });
});

describe('A key', () => {
  it('that is missing or wrong is answered 401 invalid_key.', async () => {
    for (const key of [null, 'wrong']) {
      const answer = await api.call(key, 'POST', DEALS, { body: { deal_ids: [] } });
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ error: { code: 'invalid_key', message: expect.any(String) } });
    }
  });

  it('needs write:deals for deals and write:contacts for contacts, or write.', async () => {
    const mayWrite = async (scopes: readonly string[], path: string, body: object) => {
      const holder = await createOrganization(db, { scopes });
      const answer = await api.call(holder.apiKey, 'POST', path, { body });
      if (answer.status === 403) {
        expect(answer.body).toEqual({
          error: { code: 'insufficient_permissions', message: expect.any(String) },
        });
      }
      return answer.status;
    };
    const deals = (...scopes: string[]) => mayWrite(scopes, DEALS, { deal_ids: [] });
    const contacts = (...scopes: string[]) => mayWrite(scopes, CONTACTS, { contact_ids: [] });
    expect(await deals('write:deals')).toBe(200);
    expect(await deals('write')).toBe(200);
    expect(await deals('*')).toBe(200);
    expect(await deals('write:contacts')).toBe(403);
    expect(await deals('read', 'delete')).toBe(403);
    expect(await contacts('write:contacts')).toBe(200);
    expect(await contacts('write:deals')).toBe(403);
  });
});

it('Two calls with ids in common count each record once in all.', async () => {
  const ids = await insertDeals(60);
  const answers = await Promise.all([
    post(DEALS, { deal_ids: ids.slice(0, 40) }),
    post(DEALS, { deal_ids: ids.slice(20).reverse() }),
    post(DEALS, { deal_ids: ids.slice(10, 50) }),
  ]);
  const counts = answers.map(({ body }) => body.data as { deleted_count: number; not_found_count: number });
  expect(counts.reduce((sum, { deleted_count }) => sum + deleted_count, 0)).toBe(60);
  expect(counts.reduce((sum, { not_found_count }) => sum + not_found_count, 0)).toBe(60);
  expect(await idsOf('opportunity')).toEqual([]);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from archive.opportunity where organization_id = ${org.organizationId}
  `.execute(db);
  expect(rows).toEqual([{ n: 60 }]);
});

it('What takes longer than a client should wait is answered 202 with the bulk delete to ask for, and is finished.', async () => {
  const hasty = await createApi(db, { engine: { synchronousMs: 1, sliceMs: 1, pageSize: 1 } });
  const ids = await insertDeals(30);
  const answer = await hasty.call(org.apiKey, 'POST', DEALS, { body: { deal_ids: [...ids, 'x'] } });
  expect(answer.status).toBe(202);
  const location = String(answer.headers.location);
  const id = location.split('/').at(-2) ?? '';
  expect(location).toBe(`/api/v1/bulk_action/delete/${id}/`);
  expect(answer.body).toMatchObject({
    data: { errors: [{ deal_id: 'x' }], bulk_delete: { id, status: 'processing', n_objects: 30 } },
  });
  expect(hasty.doorbell.rings).toContainEqual({ queue: 'bulk-delete', id: decodeId('bulkdelete', id) });

  await workToEnd(createEngine(db), decodeId('bulkdelete', id) ?? '');

  const polled = await api.call(org.apiKey, 'GET', location);
  expect(polled.body).toMatchObject({ status: 'done', n_objects_deleted: 30, n_objects_processed: 30 });
  expect(await idsOf('opportunity')).toEqual([]);
});

it('What no record can be blamed for is answered 500, and nothing is deleted.', async () => {
  const fresh = await createDatabase();
  const broken = await createApi(fresh.db);
  const holder = await createOrganization(fresh.db);
  const id = await insertRow(fresh.db, 'opportunity', { organization_id: holder.organizationId });
  await sql`alter table archive.opportunity drop column note`.execute(fresh.db);
  const answer = await broken.call(holder.apiKey, 'POST', DEALS, { body: { deal_ids: [id] } });
  expect(answer.status).toBe(500);
  expect(answer.body).toEqual({
    error: { code: 'internal_error', message: expect.stringContaining('0 were deleted') },
  });
  expect(answer.headers['x-winnow-bulk-delete-id']).toMatch(/^bulkdelete_/);
  expect(await countRows(fresh.db, 'opportunity')).toBe(1);
});

it('A database that is away is answered 503 in the same envelope.', async () => {
  const away = new URL(url);
  away.port = '1';
  const dead = connect({
    connectionString: away.href,
    applicationName: 'winnow-test',
    poolSize: 1,
    statementTimeoutMs: 1000,
    onIdleError: () => {},
  });
  const cut = await createApi(dead);
  const answer = await cut.call(org.apiKey, 'POST', DEALS, { body: { deal_ids: [] } });
  expect(answer.status).toBe(503);
  expect(answer.body).toEqual({ error: { code: 'unavailable', message: expect.any(String) } });
  expect(answer.headers['retry-after']).toBe('1');
  await dead.destroy();
});

async function idsOf(table: string, organization = org): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} where organization_id = ${organization.organizationId} order by id
  `.execute(db);
  return rows.map(({ id }) => id);
}
