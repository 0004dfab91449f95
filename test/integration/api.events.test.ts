import { deleteByIds } from '@winnow/bulk-delete';
import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  countRows,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  fieldErrors,
  insertLeadFamily,
  insertRow,
  itemsOf,
  type LeadFamily,
  type TestApi,
  type TestOrganization,
  textOf,
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
});

const get = (path: string) => api.call(org.apiKey, 'GET', `/api/v1/${path}`);
const remove = (objectType: string, ids: readonly string[], source: 'one' | 'ids' = 'ids') =>
  deleteByIds(createEngine(db, { pageSize: 2 }), actorOf(org), { objectType, ids, source });
const family = () => insertLeadFamily(db, org.organizationId);
const lead = (name: string) => insertRow(db, 'lead', { organization_id: org.organizationId, name });
const events = async (query = '') => itemsOf(await get(`event/?${query}`));
const typesOf = (found: readonly Readonly<Record<string, unknown>>[]) =>
  found.map(({ object_type }) => object_type).sort();

/** Where each object of a family is shown while it lives, by the type of its event. */
const urlsOf = (ids: LeadFamily): Readonly<Record<string, string>> => ({
  lead: `lead/${ids.lead}/`,
  contact: `contact/${ids.contact}/`,
  opportunity: `opportunity/${ids.opportunity}/`,
  'task.lead': `task/${ids.task}/`,
  'activity.note': `activity/note/${ids.note}/`,
  'activity.call': `activity/call/${ids.call}/`,
});

/** Of a deleted lead: what is worked out from contacts, which went too, and what is a deleted record of its own. */
const NOT_KEPT = new Set(['primary_email', 'primary_phone', 'contacts', 'opportunities', 'tasks']);

describe('A deleted record', () => {
  it('is an event with the whole object as it was, and so is everything that went with it.', async () => {
    const ids = await family();
    const shown = new Map<string, Readonly<Record<string, unknown>>>();
    for (const [type, url] of Object.entries(urlsOf(ids))) shown.set(type, (await get(url)).body);
    const bulkDelete = await remove('lead', [ids.lead]);

    const found = await events();

    expect(typesOf(found)).toEqual([...shown.keys()].sort());
    for (const event of found) {
      const before = shown.get(String(event.object_type));
      const whole = Object.entries(before ?? {}).filter(([name]) => !NOT_KEPT.has(name));
      expect(event).toEqual({
        id: expect.stringMatching(/^ev_[0-9A-Za-z]{22}$/),
        object_type: event.object_type,
        object_id: before?.id,
        action: 'deleted',
        lead_id: encodeId('lead', ids.lead),
        organization_id: encodeId('orga', org.organizationId),
        user_id: encodeId('user', org.userId),
        api_key_id: encodeId('api', org.apiKeyId),
        request_id: 'req_test',
        date_created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
        date_updated: event.date_created,
        changed_fields: [],
        data: null,
        previous_data: Object.fromEntries(whole),
        meta: { bulk_action_id: encodeId('bulkdelete', bulkDelete.id) },
      });
    }
  });

  it('is the same event by its id, and nobody else’s.', async () => {
    await remove('lead', [(await family()).lead]);
    const stranger = await createOrganization(db);
    const found = await events();
    expect(found).toHaveLength(6);
    for (const event of found) {
      expect((await get(`event/${String(event.id)}/`)).body).toEqual(event);
      const foreign = await api.call(stranger.apiKey, 'GET', `/api/v1/event/${String(event.id)}/`);
      expect(foreign.status).toBe(404);
    }
    expect(itemsOf(await api.call(stranger.apiKey, 'GET', '/api/v1/event/'))).toEqual([]);
  });

  it('that was taken by its own URL says how, and names no bulk action.', async () => {
    const id = await lead('alone');
    await api.call(org.apiKey, 'DELETE', `/api/v1/lead/${id}/?x=1`);
    const [event] = await events('object_type=lead');
    expect(event?.meta).toEqual({ request_method: 'DELETE', request_path: `/api/v1/lead/${id}/` });
  });

  it('is another event when it came back and is deleted again.', async () => {
    const id = await lead('twice');
    await remove('lead', [id]);
    await insertRow(db, 'lead', { id, organization_id: org.organizationId, name: 'twice' });
    await remove('lead', [id]);
    const found = await events(`object_id=${id}`);
    expect(found).toHaveLength(2);
    expect(new Set(found.map((event) => event.id)).size).toBe(2);
  });
});

describe('The list', () => {
  it('finds what belonged to a lead, also what had gone before it, by lead_id.', async () => {
    const ids = await family();
    await remove('contact', [ids.contact]);
    await remove('lead', [ids.lead]);
    await remove('lead', [(await family()).lead]);

    const found = await events(`lead_id=${encodeId('lead', ids.lead)}`);

    expect(typesOf(found)).toEqual(Object.keys(urlsOf(ids)).sort());
    expect(found.every(({ lead_id }) => lead_id === encodeId('lead', ids.lead))).toBe(true);
    const contacts = await events(`lead_id=${ids.lead}&object_type=contact&action=deleted`);
    expect(contacts.map(({ object_id }) => object_id)).toEqual([encodeId('cont', ids.contact)]);
    expect(await events(`lead_id=${ids.lead}&action=updated`)).toEqual([]);
  });

  it.each([
    ['the wire id', (id: string) => encodeId('acti', id)],
    ['the UUID', (id: string) => id],
  ])('finds one object by %s.', async (_what, write) => {
    const ids = await family();
    await remove('lead', [ids.lead]);
    await remove('lead', [(await family()).lead]);
    const found = await events(`object_id=${write(ids.call)}`);
    expect(found.map(({ object_type }) => object_type)).toEqual(['activity.call']);
  });

  it('keeps to object type, action, user, request and dates.', async () => {
    const ids = await family();
    await remove('lead', [ids.lead]);
    const bulk = await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', {
      body: { query: 'nothing at all' },
    });
    const only = async (query: string) => typesOf(await events(query));
    const family_ = Object.keys(urlsOf(ids)).sort();

    expect(await only('')).toEqual([...family_, 'bulk_action.delete'].sort());
    expect(await only('object_type=opportunity')).toEqual(['opportunity']);
    expect(await only('object_type=deal&action=deleted')).toEqual(['opportunity']);
    expect(await only('object_type=task')).toEqual(['task.lead']);
    expect(await only('object_type=task.lead')).toEqual(['task.lead']);
    expect(await only('object_type=task.outgoing_call')).toEqual([]);
    expect(await only('object_type=task.nonsense')).toEqual([]);
    expect(await only('object_type=bulk_action.delete')).toEqual(['bulk_action.delete']);
    expect(await only('object_type=page')).toEqual([]);
    expect(await only('object_type=nothing')).toEqual([]);
    expect(await only('action=created')).toEqual(['bulk_action.delete']);
    expect(await only('action=deleted')).toEqual(family_);
    expect(await only(`object_id=${textOf(bulk, 'id')}`)).toEqual(['bulk_action.delete']);
    expect(await only(`user_id=${encodeId('user', org.userId)}&object_type=lead`)).toEqual(['lead']);
    expect(await only('user_id=user_0000000000000000000000')).toEqual([]);
    expect(await only('user_id=somebody')).toEqual([]);
    expect(await only('object_id=something')).toEqual([]);
    expect(await only('request_id=req_test')).toEqual(family_);
    expect(await only(`request_id=${String(bulk.headers['x-request-id'])}`)).toEqual(['bulk_action.delete']);
    expect(await only('date_updated__lt=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await only('date_updated__gt=2020-01-01T00:00:00&action=created')).toEqual(['bulk_action.delete']);
    expect(await only('date_updated__lte=2999-01-01T00:00:00Z&action=created')).toEqual([
      'bulk_action.delete',
    ]);
    expect(await only('date_updated__gte=2999-01-01T00:00:00Z')).toEqual([]);
  });

  it('finds the tasks of one kind among the pages of many others.', async () => {
    const task = (type: string) => insertRow(db, 'task', { organization_id: org.organizationId, type });
    const ids: string[] = [];
    for (let n = 0; n < 60; n += 1) ids.push(await task(n === 7 || n === 31 ? 'outgoing_call' : 'lead'));
    await remove('task', ids);
    const found = await events('object_type=task.outgoing_call');
    expect(found.map(({ object_id }) => object_id)).toEqual(
      [ids[31], ids[7]].map((id) => encodeId('task', id ?? '')),
    );
    const walked = await get('event/?object_type=task.outgoing_call&_limit=1');
    expect(itemsOf(walked)).toHaveLength(1);
    const rest = await get(
      `event/?object_type=task.outgoing_call&_limit=1&_cursor=${String(walked.body.cursor_next)}`,
    );
    expect(itemsOf(rest).map(({ object_id }) => object_id)).toEqual([encodeId('task', ids[7] ?? '')]);
    expect(rest.body.cursor_next).toBeNull();
  });

  it('takes a stamp as it is shown for the moment of its event, though rows are dated more finely.', async () => {
    await remove('lead', [await lead('a')]);
    await sql`update event set date_created = '2026-01-31T09:30:00.123456Z' where organization_id = ${org.organizationId}`.execute(
      db,
    );
    const [event] = await events();
    expect(event?.date_updated).toBe('2026-01-31T09:30:00.123000');
    const found = async (bound: string) =>
      (await events(`date_updated__${bound}=${String(event?.date_updated)}`)).length;
    expect([await found('gt'), await found('gte'), await found('lt'), await found('lte')]).toEqual([
      0, 1, 0, 1,
    ]);
  });

  it('shows only the fields that are asked for.', async () => {
    await remove('lead', [await lead('a')]);
    expect(await events('_fields=object_type,action')).toEqual([{ object_type: 'lead', action: 'deleted' }]);
  });

  it('refuses what it does not understand, by name.', async () => {
    expect(fieldErrors(await get('event/?colour=red'))).toHaveProperty('colour');
    expect(fieldErrors(await get('event/?date_updated__lt=soon'))).toHaveProperty('date_updated__lt');
    expect(fieldErrors(await get('event/?_limit=51'))).toHaveProperty('_limit');
    for (const empty of ['object_type', 'object_id', 'lead_id', 'date_updated__gt'])
      expect(fieldErrors(await get(`event/?${empty}=`))).toHaveProperty(empty);
    const id = '00000000-0000-7000-8000-000000000000';
    await remove('lead', [await lead('a'), await lead('b')]);
    const { body } = await get('event/?_limit=1');
    const real = JSON.parse(Buffer.from(String(body.cursor_next), 'base64url').toString());
    for (const cursor of [
      ...['nothing', '__proto__', 'constructor'].map((objectType) =>
        Buffer.from(JSON.stringify({ ...real, position: { objectType, id } })).toString('base64url'),
      ),
      'x',
      Buffer.from('{}').toString('base64url'),
      Buffer.from('[[').toString('base64url'),
    ])
      expect(fieldErrors(await get(`event/?_cursor=${cursor}`))).toHaveProperty('_cursor');
    expect((await get('event/ev_nothing/')).status).toBe(404);
    expect((await get('event/00000000-0000-8000-8000-000000000000/')).status).toBe(404);
  });
});

describe('Walking the log', () => {
  async function walk(query: string, limit: number, cursor = ''): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    let next: unknown = cursor;
    while (typeof next === 'string') {
      const answer = await get(`event/?${query}&_limit=${limit}&_cursor=${next}`);
      seen.push(...itemsOf(answer).map(({ id }) => id));
      next = answer.body.cursor_next;
    }
    return seen;
  }

  it.each([1, 2, 3, 50])(
    'shows every event once, %d at a time, and goes back the same way.',
    async (limit) => {
      const ids = [await family(), await family(), await family()];
      await remove(
        'lead',
        ids.map((one) => one.lead),
      );
      await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', {
        body: { query: 'nothing at all' },
      });
      const all = (await events()).map(({ id }) => id);
      expect(new Set(all).size).toBe(3 * 6 + 1);

      expect(await walk('', limit)).toEqual(all);

      // Back from the last event to the first.
      const back: unknown[] = [];
      const last = await get(`event/?_limit=50`);
      let answer = await get(`event/?_limit=1&_cursor=${String(last.body.cursor_previous)}`);
      expect(itemsOf(answer)).toEqual([]);
      const oldest = await oldestCursor(limit);
      for (
        answer = await get(`event/?_limit=${limit}&_cursor=${oldest.cursor}`);
        itemsOf(answer).length > 0;
      ) {
        back.unshift(...itemsOf(answer).map(({ id }) => id));
        answer = await get(`event/?_limit=${limit}&_cursor=${String(answer.body.cursor_previous)}`);
      }
      expect([...back, oldest.id]).toEqual(all);
    },
  );

  /** The cursor that stands before the oldest event, found by walking there one by one. */
  async function oldestCursor(limit: number): Promise<{ readonly cursor: string; readonly id: unknown }> {
    let answer = await get('event/?_limit=1');
    while (typeof answer.body.cursor_next === 'string')
      answer = await get(`event/?_limit=1&_cursor=${answer.body.cursor_next}`);
    expect(limit).toBeGreaterThan(0);
    return { cursor: String(answer.body.cursor_previous), id: itemsOf(answer)[0]?.id };
  }

  it('waits at the newest event for what comes.', async () => {
    await remove('lead', [await lead('first')]);
    const first = await get('event/?object_type=lead');
    const again = await get(`event/?object_type=lead&_cursor=${String(first.body.cursor_previous)}`);
    expect(itemsOf(again)).toEqual([]);
    await remove('lead', [await lead('second')]);
    const later = await get(`event/?object_type=lead&_cursor=${String(again.body.cursor_previous)}`);
    expect(itemsOf(later).map(({ previous_data }) => previous_data)).toMatchObject([{ name: 'second' }]);
  });

  it('reads the same whatever has been deleted meanwhile, and keeps no copy of a record.', async () => {
    await remove('lead', [await lead('a'), await lead('b'), await lead('c')]);
    const first = await get('event/?_limit=1');
    await remove('lead', [await lead('d')]);
    const rest = await walk('', 1, String(first.body.cursor_next));
    const names = [];
    for (const id of rest) names.push((await get(`event/${String(id)}/`)).body.previous_data);
    expect(names).toHaveLength(2);
    const kept = await db.selectFrom('event').selectAll().where('previous_data', 'is not', null).execute();
    expect(kept).toEqual([]);
    expect(await countRows(db, 'lead')).toBe(0);
  });
});
