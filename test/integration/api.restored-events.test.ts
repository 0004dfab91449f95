import { deleteByIds, runBulkActionSlice } from '@winnow/bulk-delete';
import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  insertLeadFamily,
  insertRow,
  itemsOf,
  type LeadFamily,
  startUndo,
  type TestApi,
  type TestOrganization,
  undo,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
let engine: ReturnType<typeof createEngine>;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
  engine = createEngine(db, { pageSize: 2, lanes: 1 });
});

type Shown = Readonly<Record<string, unknown>>;

const get = (path: string) => api.call(org.apiKey, 'GET', `/api/v1/${path}`);
const events = async (query = ''): Promise<readonly Shown[]> => itemsOf(await get(`event/?${query}`));
/** What happened to records, and not to a bulk action. */
const ofRecords = async (query: string) =>
  (await events(query)).filter(({ object_type }) => !String(object_type).startsWith('bulk_action'));
const typesOf = (found: readonly Shown[]) => found.map(({ object_type }) => object_type).sort();
const remove = (objectType: string, ids: readonly string[]) =>
  deleteByIds(engine, actorOf(org), { objectType, ids, source: 'ids' });
const family = () => insertLeadFamily(db, org.organizationId);
const lead = (name: string) => insertRow(db, 'lead', { organization_id: org.organizationId, name });

const TYPES = ['activity.call', 'activity.note', 'contact', 'lead', 'opportunity', 'task.lead'];

/** Deletes a family and gives it back. */
async function deletedAndBack() {
  const ids = await family();
  const bulkDelete = await remove('lead', [ids.lead]);
  const deleted = await events('action=deleted');
  const row = await undo(engine, org, bulkDelete.id);
  return { ids, bulkDelete, deleted, undoId: row.id };
}

const wireIds = (ids: LeadFamily) =>
  [
    encodeId('lead', ids.lead),
    encodeId('cont', ids.contact),
    encodeId('oppo', ids.opportunity),
    encodeId('task', ids.task),
    encodeId('acti', ids.note),
    encodeId('acti', ids.call),
  ].sort();

describe('A record that came back', () => {
  it('is an event with the record as it lives, and so is everything that came back with it.', async () => {
    const { ids, deleted, undoId } = await deletedAndBack();

    const found = await events('action=restored');

    expect(typesOf(found)).toEqual(TYPES);
    expect(found.map(({ object_id }) => object_id).sort()).toEqual(wireIds(ids));
    for (const event of found) {
      const gone = deleted.find(({ object_id }) => object_id === event.object_id);
      expect(event).toEqual({
        id: expect.stringMatching(/^ev_[0-9A-Za-z]{22}$/),
        object_type: gone?.object_type,
        object_id: gone?.object_id,
        action: 'restored',
        lead_id: encodeId('lead', ids.lead),
        organization_id: encodeId('orga', org.organizationId),
        user_id: encodeId('user', org.userId),
        api_key_id: encodeId('api', org.apiKeyId),
        request_id: 'req_test',
        date_created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
        date_updated: event.date_created,
        changed_fields: [],
        // What came back is what had gone.
        data: gone?.previous_data,
        previous_data: null,
        meta: { bulk_action_id: encodeId('bulkundo', undoId) },
      });
      expect(event.id).not.toBe(gone?.id);
    }
  });

  it('is the same event by its id, and nobody else’s.', async () => {
    await deletedAndBack();
    const stranger = await createOrganization(db);
    const found = await events('action=restored');
    expect(found).toHaveLength(TYPES.length);
    for (const event of found) {
      const path = `/api/v1/event/${String(event.id)}/`;
      expect((await api.call(org.apiKey, 'GET', path)).body).toEqual(event);
      expect((await api.call(stranger.apiKey, 'GET', path)).status).toBe(404);
    }
    expect(itemsOf(await api.call(stranger.apiKey, 'GET', '/api/v1/event/'))).toEqual([]);
  });

  it('leaves the event of its deletion as it was.', async () => {
    const { deleted } = await deletedAndBack();
    expect(deleted).toHaveLength(TYPES.length);
    expect(await events('action=deleted')).toEqual(deleted);
    for (const event of deleted) expect((await get(`event/${String(event.id)}/`)).body).toEqual(event);
  });

  it('is shown as it is now when it has changed since, and as nothing when it is gone again.', async () => {
    const { ids } = await deletedAndBack();
    await sql`update contact set name = 'Robin' where id = ${ids.contact}`.execute(db);
    const byContact = await events(`object_id=${ids.contact}`);
    expect(byContact).toMatchObject([
      { action: 'restored', data: { name: 'Robin' }, previous_data: null },
      { action: 'deleted', data: null, previous_data: { name: 'Robin' } },
    ]);

    await remove('task', [ids.task]);
    const [again, ...before] = await events(`object_id=${ids.task}`);
    expect(again).toMatchObject({ action: 'deleted', previous_data: { text: 'call back' } });
    const known = { object_type: 'task.lead', lead_id: encodeId('lead', ids.lead), data: null };
    expect(before).toMatchObject([
      { ...known, action: 'restored', previous_data: null },
      { ...known, action: 'deleted', previous_data: null },
    ]);
    expect(new Set([again, ...before].map((event) => event?.id)).size).toBe(3);
  });

  it('comes back once more as another event.', async () => {
    const id = await lead('twice');
    for (let n = 0; n < 2; n += 1) await undo(engine, org, (await remove('lead', [id])).id);
    const found = await events(`object_id=${id}`);
    expect(found.map(({ action }) => action)).toEqual(['restored', 'deleted', 'restored', 'deleted']);
    expect(new Set(found.map((event) => event.id)).size).toBe(4);
  });
});

describe('The list', () => {
  it('keeps returns to object, lead, type, user, request and undo.', async () => {
    const { ids, undoId } = await deletedAndBack();
    await deletedAndBack();
    const only = async (query: string) => typesOf(await ofRecords(`${query}&action=restored`));

    expect(await only(`lead_id=${encodeId('lead', ids.lead)}`)).toEqual(TYPES);
    expect(await only(`object_id=${encodeId('acti', ids.call)}`)).toEqual(['activity.call']);
    expect(await only(`lead_id=${ids.lead}&object_type=contact`)).toEqual(['contact']);
    expect(await only('object_type=deal')).toEqual(['opportunity', 'opportunity']);
    expect(await only('object_type=task')).toEqual(['task.lead', 'task.lead']);
    expect(await only('object_type=task.lead')).toEqual(['task.lead', 'task.lead']);
    expect(await only('object_type=task.outgoing_call')).toEqual([]);
    expect(await only('object_type=page')).toEqual([]);
    expect(await only('object_type=address')).toEqual([]);
    expect(await only(`user_id=${encodeId('user', org.userId)}&object_type=lead`)).toEqual(['lead', 'lead']);
    expect(await only('user_id=user_0000000000000000000000')).toEqual([]);
    expect(await only('request_id=req_test&object_type=lead')).toEqual(['lead', 'lead']);
    expect(await only('date_updated__gte=2999-01-01T00:00:00Z')).toEqual([]);
    const own = await events(`object_id=${encodeId('bulkundo', undoId)}`);
    expect(new Set(typesOf(own))).toEqual(new Set(['bulk_action.undo']));
  });

  it('tells of the records that came back, and not of those that stand in conflict.', async () => {
    const [kept, taken] = [await lead('kept'), await lead('taken')];
    const { id } = await remove('lead', [kept, taken]);
    await insertRow(db, 'lead', { id: taken, organization_id: org.organizationId, name: 'another' });
    await undo(engine, org, id);

    expect((await events('action=restored')).map(({ object_id }) => object_id)).toEqual([
      encodeId('lead', kept),
    ]);
    const names = (await events('action=deleted')).map(({ previous_data }) => previous_data);
    expect(names).toMatchObject([{ name: 'kept' }, { name: 'taken' }]);

    // What was left comes back with another undo: it is told of then.
    await sql`delete from lead where id = ${taken}`.execute(db);
    await undo(engine, org, id);
    expect(await events(`action=restored&object_id=${taken}`)).toMatchObject([{ data: { name: 'taken' } }]);
    expect(await events('action=restored')).toHaveLength(2);
    expect(await events('action=deleted')).toHaveLength(2);
  });

  it('finds records that were refused together and came back one by one.', async () => {
    const ids = [await lead('a'), await lead('b')];
    const { id } = await remove('lead', ids);
    await sql`
      create function refuse_b() returns trigger language plpgsql as
        $$ begin if new.name = 'b' then raise check_violation using message = 'no b'; end if; return new; end $$
    `.execute(db);
    await sql`create trigger refuse_b before insert on lead for each row execute function refuse_b()`.execute(
      db,
    );
    await undo(engine, org, id);
    await sql`drop function refuse_b cascade`.execute(db);
    expect(await events('action=restored')).toMatchObject([{ data: { name: 'a' } }]);
    expect(await events('action=deleted')).toHaveLength(2);
  });

  it('has nothing of a dry run, and of a cancelled undo what its finished pages gave back.', async () => {
    const ids = [await lead('a'), await lead('b'), await lead('c'), await lead('d')];
    const { id } = await remove('lead', ids);
    const path = `/api/v1/bulk_action/delete/${encodeId('bulkdelete', id)}/undo/`;
    const preview = await api.call(org.apiKey, 'POST', path, { body: { dry_run: true } });
    expect(preview.body).toMatchObject({ dry_run: true });
    expect(await ofRecords('action=restored')).toEqual([]);

    const onePage = createEngine(db, { pageSize: 2, lanes: 1, sliceMs: 1 });
    const row = await startUndo(onePage, org, id);
    expect(await runBulkActionSlice(onePage, row.id, new AbortController().signal)).toEqual({ kind: 'more' });
    const wireId = encodeId('bulkundo', row.id);
    const cancel = await api.call(org.apiKey, 'PUT', `/api/v1/bulk_action/undo/${wireId}/`, {
      body: { status: 'cancelled' },
    });
    expect(cancel.body).toMatchObject({ status: 'cancelled', n_objects_restored: 2 });

    const back = await events('action=restored');
    const { rows } = await sql<{ id: string }>`
      select id from lead where organization_id = ${org.organizationId} order by id
    `.execute(db);
    expect(back.map(({ object_id }) => object_id)).toEqual(rows.map((one) => encodeId('lead', one.id)));
    expect(back).toHaveLength(2);
    expect(await events('action=deleted')).toHaveLength(4);
  });

  it('passes over pages whose records have left the archive, and finds what lies behind them.', async () => {
    await remove('lead', [await lead('behind')]);
    for (let n = 0; n < 45; n += 1) await remove('lead', [await lead('purged')]);
    await sql`delete from archive.lead where name = 'purged'`.execute(db);
    expect(await events('object_type=lead')).toMatchObject([{ previous_data: { name: 'behind' } }]);
    const first = await get('event/?object_type=lead&_limit=1');
    expect(itemsOf(first)).toMatchObject([{ previous_data: { name: 'behind' } }]);
    expect(first.body.cursor_next).toBeNull();
  });
});

describe('Walking the log', () => {
  async function walk(limit: number, direction: 'cursor_next' | 'cursor_previous', cursor = '') {
    const seen: unknown[] = [];
    for (let next: unknown = cursor; typeof next === 'string'; ) {
      const answer = await get(`event/?_limit=${limit}&_cursor=${next}`);
      const ids = itemsOf(answer).map(({ id }) => id);
      if (direction === 'cursor_next') seen.push(...ids);
      else seen.unshift(...ids);
      next = ids.length === 0 ? null : answer.body[direction];
    }
    return seen;
  }

  it.each([1, 3, 7])('shows every event once, %d at a time, and goes back the same way.', async (limit) => {
    const ids = [await family(), await family(), await family()];
    const { id } = await remove(
      'lead',
      ids.map((one) => one.lead),
    );
    // One of them stays in the archive: its page is half there and half back.
    await insertRow(db, 'lead', { id: ids[1]?.lead, organization_id: org.organizationId, name: 'another' });
    await undo(engine, org, id);
    const all = await events();
    expect(all.filter(({ action }) => action === 'deleted')).toHaveLength(18);
    expect(all.filter(({ action }) => action === 'restored')).toHaveLength(12);
    const allIds = all.map((event) => event.id);
    expect(new Set(allIds).size).toBe(allIds.length);

    expect(await walk(limit, 'cursor_next')).toEqual(allIds);
    let answer = await get('event/?_limit=1');
    while (typeof answer.body.cursor_next === 'string')
      answer = await get(`event/?_limit=1&_cursor=${answer.body.cursor_next}`);
    const back = await walk(limit, 'cursor_previous', String(answer.body.cursor_previous));
    expect([...back, itemsOf(answer)[0]?.id]).toEqual(allIds);
  });
});
