import { controlBulkDelete, createBulkDelete, deleteByIds, runSlice } from '@winnow/bulk-delete';
import { decodeId, encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import { type BulkDeleteRow, type Db, findBulkDeleteForWork } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  buildPageGate,
  buildRefusingTrigger,
  countRows,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  fieldErrors,
  insertRow,
  itemsOf,
  type RefusingTrigger,
  requestFor,
  type TestApi,
  type TestOrganization,
  workToEnd,
} from '../support/index.ts';

let db: Db;
let url: string;
let org: TestOrganization;
let api: TestApi;
let deps: ReturnType<typeof createEngine>;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  api = await createApi(db);
  deps = createEngine(db, { pageSize: 2, lanes: 1, sliceMs: 60_000 });
});

const never = new AbortController().signal;
const urlOf = (id: string) => `/api/v1/bulk_action/delete/${encodeId(ID_PREFIX.bulkDelete, id)}/`;
const retry = (id: string, call = {}, key = org.apiKey) => api.call(key, 'POST', `${urlOf(id)}retry/`, call);
const start = (rest = {}) => createBulkDelete(deps, actorOf(org), requestFor('lead', [], rest));
const uuidOf = (wireId: unknown) => decodeId(ID_PREFIX.bulkDelete, String(wireId)) ?? '';
const rowOf = async (id: string): Promise<BulkDeleteRow> => {
  const row = await findBulkDeleteForWork(db, id);
  if (!row) throw new Error('the bulk delete is gone');
  return row;
};

async function insertLeads(n: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < n; i += 1)
    ids.push(await insertRow(db, 'lead', { organization_id: org.organizationId, name: `Lead ${i}` }));
  return ids;
}

async function refuse(ids: readonly (string | undefined)[]): Promise<RefusingTrigger> {
  const trigger = await buildRefusingTrigger(db, 'lead');
  await trigger.refuse(ids.map((id) => id ?? ''));
  return trigger;
}

const actionsOf = async (id: string) => {
  const rows = await db
    .selectFrom('event')
    .select('action')
    .where('object_id', '=', id)
    .where('page_no', 'is', null)
    .where('action', '<>', 'updated')
    .orderBy('date_created')
    .execute();
  return rows.map(({ action }) => action);
};

describe('A retry', () => {
  it('takes just what failed, and is a bulk delete like any other.', async () => {
    const ids = await insertLeads(7);
    const trigger = await refuse([ids[1], ids[4]]);
    const parent = await start();
    expect(await workToEnd(deps, parent.id)).toMatchObject({ status: 'done', n_objects_failed: 2 });
    const late = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'late' });
    await trigger.relent();

    const { status, headers, body } = await retry(parent.id);
    expect(status).toBe(200);
    expect(headers['retry-after']).toBe('1');
    expect(body).toMatchObject({
      status: 'created',
      retry_of: encodeId(ID_PREFIX.bulkDelete, parent.id),
      bulk_object_type: 'lead',
      s_query: null,
      n_objects: null,
      max_failures: null,
      send_done_email: false,
    });
    expect(body.query_in_words).toMatch(/^leads that bulkdelete_\w{22} could not delete/);
    const id = uuidOf(body.id);
    expect(api.doorbell.rings).toContainEqual({ queue: 'bulk-delete', id });
    expect(await workToEnd(deps, id)).toMatchObject({
      status: 'done',
      n_objects: 2,
      n_objects_deleted: 2,
      n_roots: 2,
      n_objects_unprocessed: 0,
    });
    expect(await countRows(db, 'lead')).toBe(1);
    expect((await api.call(org.apiKey, 'GET', `/api/v1/lead/${late}/`)).status).toBe(200);
    const results = await api.call(org.apiKey, 'GET', `${urlOf(id)}results/`);
    expect(itemsOf(results).map((result) => result.id)).toEqual(
      [ids[1], ids[4]].map((leadId) => encodeId('lead', leadId ?? '')),
    );
    expect(await actionsOf(id)).toEqual(['created', 'completed']);
    const list = await api.call(org.apiKey, 'GET', '/api/v1/bulk_action/delete/');
    expect(itemsOf(list).map((item) => item.id)).toEqual([
      body.id,
      encodeId(ID_PREFIX.bulkDelete, parent.id),
    ]);
  });

  it('of a cancelled one takes what was left unprocessed, gone or not, and no more.', async () => {
    await insertLeads(6);
    const gate = await buildPageGate(url, 'lead');
    const parent = await start();
    await gate.close();
    const working = runSlice(deps, parent.id, never);
    await gate.waitForPage();
    await controlBulkDelete(deps, actorOf(org), { id: parent.id, wanted: 'cancelled' });
    await gate.open();
    await working;
    expect(await rowOf(parent.id)).toMatchObject({ status: 'cancelled', n_objects_unprocessed: 4 });
    const left = await api.call(org.apiKey, 'GET', `${urlOf(parent.id)}results/?outcome=unprocessed`);
    const leftIds = itemsOf(left).map((result) => decodeId('lead', String(result.id)) ?? '');
    expect(leftIds).toHaveLength(4);
    await sql`delete from lead where id = ${leftIds[0]}`.execute(db);

    const { body } = await retry(parent.id);
    expect(await workToEnd(deps, uuidOf(body.id))).toMatchObject({
      status: 'done',
      n_objects: 4,
      n_objects_deleted: 3,
      n_objects_not_found: 1,
    });
    expect(await countRows(db, 'lead')).toBe(0);
    await gate.end();
  });

  it('of a deletion by ids, and of a retry, takes what these could not delete.', async () => {
    const ids = await insertLeads(3);
    const trigger = await refuse([ids[2]]);
    const parent = await deleteByIds(deps, actorOf(org), { objectType: 'lead', ids, source: 'ids' });
    const first = uuidOf((await retry(parent.id)).body.id);
    expect(await workToEnd(deps, first)).toMatchObject({ status: 'done', n_objects: 1, n_objects_failed: 1 });
    await trigger.relent();
    const second = uuidOf((await retry(first)).body.id);
    expect(await workToEnd(deps, second)).toMatchObject({ n_objects_deleted: 1, parent_id: first });
  });

  it('may be paused before its ids are taken over, and goes on.', async () => {
    const ids = await insertLeads(3);
    const trigger = await refuse([ids[0]]);
    const parent = await start();
    await workToEnd(deps, parent.id);
    await trigger.relent();
    const id = uuidOf((await retry(parent.id)).body.id);
    expect((await api.call(org.apiKey, 'PUT', urlOf(id), { body: { status: 'paused' } })).body).toMatchObject(
      {
        status: 'paused',
      },
    );
    await api.call(org.apiKey, 'PUT', urlOf(id), { body: { status: 'resuming' } });
    expect(await workToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_deleted: 1 });
  });

  it('comes into being once, however often the request is sent with its Idempotency-Key.', async () => {
    const ids = await insertLeads(2);
    await refuse([ids[0]]);
    const parent = await start();
    await workToEnd(deps, parent.id);
    const call = { headers: { 'idempotency-key': 'again' } };
    const answers = [await retry(parent.id, call), await retry(parent.id, call)];
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect(await countRows(db, 'bulk_delete')).toBe(2);
  });

  it('sends an e-mail and stops at failures as its own body says.', async () => {
    const ids = await insertLeads(4);
    await refuse(ids);
    const parent = await start();
    await workToEnd(deps, parent.id);
    const { body } = await retry(parent.id, { body: { send_done_email: true, max_failures: 1 } });
    expect(body).toMatchObject({ send_done_email: true, max_failures: 1 });
    expect(await workToEnd(deps, uuidOf(body.id))).toMatchObject({ status: 'error', n_objects_failed: 2 });
    for (const [field, value] of [
      ['send_done_email', 'yes'],
      ['max_failures', -1],
    ] as const) {
      expect(fieldErrors(await retry(parent.id, { body: { [field]: value } }))).toHaveProperty(field);
    }
    expect((await retry(parent.id, { body: [] })).status).toBe(400);
    expect(await countRows(db, 'bulk_delete')).toBe(2);
  });
});

describe('A retry is refused', () => {
  it('with 409 and the present status while the bulk delete has not ended.', async () => {
    await insertLeads(1);
    const { id } = await start();
    for (const status of ['created', 'paused'] as const) {
      if (status === 'paused') await controlBulkDelete(deps, actorOf(org), { id, wanted: 'paused' });
      const refused = await retry(id);
      expect(refused.status).toBe(409);
      expect(refused.body).toEqual({
        error: `This bulk delete has not ended (${status}): what it leaves is not known yet.`,
        status,
      });
    }
    expect(await countRows(db, 'bulk_delete')).toBe(1);
  });

  it('with 400 and the reason where nothing is left.', async () => {
    await insertLeads(1);
    const done = await start();
    await workToEnd(deps, done.id);
    const unresolved = await start();
    await controlBulkDelete(deps, actorOf(org), { id: unresolved.id, wanted: 'cancelled' });
    const tried = await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', {
      body: { query: 'Lead', dry_run: true },
    });
    for (const [id, reason] of [
      [done.id, /no object failed, and none was left/],
      [unresolved.id, /never resolved/],
      [uuidOf(tried.body.id), /dry run/],
    ] as const) {
      const { status, body } = await retry(id);
      expect(status).toBe(400);
      expect(body.errors).toEqual([expect.stringMatching(reason)]);
    }
    expect(await countRows(db, 'bulk_delete')).toBe(3);
  });

  it('to another organization, and to a key that may not delete, or not for good.', async () => {
    const ids = await insertLeads(2);
    await refuse([ids[0]]);
    const parent = await start({ archive: false });
    await workToEnd(deps, parent.id);
    const stranger = await createOrganization(db);
    expect((await retry(parent.id, {}, stranger.apiKey)).status).toBe(404);
    expect((await retry(newId())).status).toBe(404);
    for (const scopes of [['read', 'write'], ['delete']]) {
      const { apiKey } = await createOrganization(db, { scopes });
      expect((await retry(parent.id, {}, apiKey)).status).toBe(scopes.includes('delete') ? 404 : 403);
    }
    await db
      .updateTable('api_key')
      .set({ scopes: ['delete'] })
      .where('id', '=', org.apiKeyId)
      .execute();
    const refused = await retry(parent.id);
    expect(refused.status).toBe(403);
    expect(refused.body.error).toMatch(/delete:permanent/);
    await db
      .updateTable('api_key')
      .set({ scopes: ['delete', 'delete:permanent'] })
      .where('id', '=', org.apiKeyId)
      .execute();
    expect((await retry(parent.id)).body).toMatchObject({ archive: false });
  });
});
