import type { Db } from '@winnow/db';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
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

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
  await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Acme' });
});

const LIST = '/api/v1/bulk_action/delete/';
const start = async () => textOf(await api.call(org.apiKey, 'POST', LIST, { body: { query: 'Acme' } }), 'id');
const put = (id: string, body: unknown, key = org.apiKey) => api.call(key, 'PUT', `${LIST}${id}/`, { body });
const get = (id: string) => api.call(org.apiKey, 'GET', `${LIST}${id}/`);

describe('PUT', () => {
  it('pauses, resumes and cancels, and says how much is left untouched.', async () => {
    const id = await start();
    const paused = await put(id, { status: 'paused' });
    expect(paused).toMatchObject({ status: 200, body: { id, status: 'paused', asked_status: null } });
    expect((await get(id)).body).toEqual(paused.body);
    expect((await put(id, { status: 'resuming' })).body).toMatchObject({ status: 'resuming' });
    expect((await put(id, { status: 'cancelled', unknown: 1 })).body).toMatchObject({
      status: 'cancelled',
      n_objects: null,
      n_objects_unprocessed: null,
      date_finished: expect.any(String),
    });
  });

  it('is refused with 409, the present status and what is allowed, once it has ended.', async () => {
    const id = await start();
    const [row] = await db
      .selectFrom('bulk_delete')
      .select('id')
      .where('organization_id', '=', org.organizationId)
      .execute();
    await workToEnd(createEngine(db), row?.id ?? '');
    const refused = await put(id, { status: 'paused' });
    expect(refused.status).toBe(409);
    expect(refused.body).toEqual({
      error: 'This bulk delete has ended (done): nothing can be changed about it.',
      status: 'done',
      allowed: [],
    });
    expect((await get(id)).body).toMatchObject({ status: 'done', n_objects_unprocessed: 0 });
  });

  it.each([
    ['no status', {}],
    ['a status that cannot be asked for', { status: 'done' }],
    ['null', { status: null }],
  ])('with %s names what may stand there, and changes nothing.', async (_what, body) => {
    const id = await start();
    expect(fieldErrors(await put(id, body))).toHaveProperty('status');
    expect((await get(id)).body).toMatchObject({ status: 'created' });
  });

  it('needs the scope "delete", and finds nothing of another organization.', async () => {
    const id = await start();
    const reader = await createOrganization(db, { scopes: ['read', 'write'] });
    expect((await put(id, { status: 'cancelled' }, reader.apiKey)).status).toBe(403);
    const stranger = await createOrganization(db);
    expect((await put(id, { status: 'cancelled' }, stranger.apiKey)).status).toBe(404);
    expect((await put('bulkdelete_nothing', { status: 'cancelled' })).status).toBe(404);
    expect((await get(id)).body).toMatchObject({ status: 'created' });
  });
});

it('The pace and the time left are unknown at first, known between pages, and of no matter at the end.', async () => {
  for (let i = 0; i < 3; i += 1)
    await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Acme' });
  const id = await start();
  const pace = async () => {
    const { body } = await get(id);
    return [body.objects_per_second, body.seconds_left];
  };
  expect(await pace()).toEqual([null, null]);
  // As a worker leaves it after the first of four objects, two seconds after the query was resolved, paused for one.
  await db
    .updateTable('bulk_delete')
    .set({
      status: 'processing',
      n_objects: 4,
      n_objects_processed: 1,
      n_objects_deleted: 1,
      n_roots: 4,
      n_roots_processed: 1,
      date_resolved: new Date('2026-01-01T00:00:00Z'),
      date_updated: new Date('2026-01-01T00:00:02Z'),
      paused_ms: 1000,
    })
    .where('organization_id', '=', org.organizationId)
    .execute();
  expect(await pace()).toEqual([1, 3]);
  await put(id, { status: 'cancelled' });
  expect(await pace()).toEqual([null, null]);
  expect((await get(id)).body).toMatchObject({ n_objects_unprocessed: 3 });
});
