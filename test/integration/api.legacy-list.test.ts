import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  idsOf,
  insertRow,
  itemsOf,
  type TestApi,
  type TestOrganization,
} from '../support/index.ts';

const NOW = new Date('2026-03-31T22:30:00.000Z');
let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db, { clock: () => NOW });
});
beforeEach(async () => {
  org = await createOrganization(db);
});

const list = (path: string, parameters: Readonly<Record<string, string>>, headers = {}) =>
  api.call(org.apiKey, 'GET', `/api/v1/${path}/?${new URLSearchParams(parameters)}`, { headers });
const insert = (table: string, row: Readonly<Record<string, unknown>>) =>
  insertRow(db, table, { organization_id: org.organizationId, ...row });
const insertLead = async (name: string, rest: Readonly<Record<string, unknown>> = {}) =>
  encodeId('lead', await insert('lead', { name, ...rest }));

describe('A list with `query`', () => {
  it('shows what the text finds, newest first, and how many there are.', async () => {
    const ids = [await insertLead('Acme A'), await insertLead('Globex'), await insertLead('Acme B')];
    const answer = await list('lead', { query: 'acme' });
    expect(answer.body).toMatchObject({ has_more: false, total_results: 2 });
    expect(idsOf(answer)).toEqual([ids[2], ids[0]]);
    const whole = await api.call(org.apiKey, 'GET', `/api/v1/lead/${ids[2]}/`);
    expect(itemsOf(answer)[0]).toEqual(whole.body);
    expect((await list('lead', {})).body).not.toHaveProperty('total_results');
  });

  it('takes everything that is asked for with `*`.', async () => {
    const ids = [await insertLead('A'), await insertLead('B')];
    expect(idsOf(await list('lead', { query: '*' }))).toEqual(ids.toReversed());
  });

  it('is in the order that the text says, ties by id, page by page.', async () => {
    const ids = [await insertLead('b'), await insertLead('a'), await insertLead('b')];
    const [b1, a, b2] = ids;
    const down = await list('lead', { query: '* sort:-name' });
    expect(idsOf(down)).toEqual([b1, b2, a]);
    const pages = [];
    for (const skip of ['0', '1', '2', '3']) {
      const answer = await list('lead', { query: '* sort:name', _skip: skip, _limit: '1', _fields: 'id' });
      pages.push([idsOf(answer)[0], answer.body.has_more, answer.body.total_results]);
    }
    expect(pages).toEqual([
      [a, true, 3],
      [b1, true, 3],
      [b2, false, 3],
      [undefined, false, 3],
    ]);
  });

  it('with _limit=0 gives just counts.', async () => {
    await insertLead('Acme');
    const answer = await list('lead', { query: 'acme', _limit: '0' });
    expect(answer.body).toEqual({ data: [], has_more: true, total_results: 1 });
    const none = await list('lead', { query: 'globex', _limit: '0' });
    expect(none.body).toEqual({ data: [], has_more: false, total_results: 0 });
  });

  it('shows only the fields that are asked for.', async () => {
    await insertLead('Acme');
    const answer = await list('lead', { query: 'acme', _fields: 'name,num_contacts' });
    expect(answer.body.data).toEqual([{ name: 'Acme', num_contacts: 0 }]);
  });

  it('still heeds the other filters.', async () => {
    const status = await insert('lead_status', { label: 'Potential' });
    await insertLead('Acme');
    const id = await insertLead('Acme', { status_id: status });
    const answer = await list('lead', { query: 'acme', status_id: encodeId('stat', status) });
    expect(idsOf(answer)).toEqual([id]);
    expect(answer.body.total_results).toBe(1);
    expect((await list('lead', { query: 'acme', nothing: 'x' })).status).toBe(400);
  });

  it('is there for every object type with a path.', async () => {
    const lead_id = await insert('lead', { name: 'Acme' });
    const task = await insert('task', { lead_id, text: 'call back' });
    const note = await insert('activity', { lead_id, type: 'note', note: 'important bats' });
    await insert('activity', { lead_id, type: 'call', note: 'important' });
    await insert('opportunity', { lead_id, note: 'important' });
    expect(idsOf(await list('task', { query: 'back' }))).toEqual([encodeId('task', task)]);
    expect(idsOf(await list('activity/note', { query: 'important' }))).toEqual([encodeId('acti', note)]);
    expect((await list('opportunity', { query: 'note:important' })).body.total_results).toBe(1);
  });

  it('is not there for a list of several types.', async () => {
    expect(fieldErrors(await list('activity', { query: 'x' }))).toHaveProperty('query');
  });

  it('takes local days from x-tz-offset.', async () => {
    const id = await insertLead('Late', { date_created: '2026-03-31T22:10:00Z' });
    const query = 'created:yesterday';
    expect(idsOf(await list('lead', { query }))).toEqual([]);
    expect(idsOf(await list('lead', { query: 'created:today' }))).toEqual([id]);
    expect(idsOf(await list('lead', { query: 'created:today' }, { 'x-tz-offset': '3' }))).toEqual([id]);
    expect(idsOf(await list('lead', { query }, { 'x-tz-offset': '1.5' }))).toEqual([id]);
    expect((await list('lead', { query }, { 'x-tz-offset': 'x' })).status).toBe(400);
  });

  it('shows nothing of another organization.', async () => {
    const other = await createOrganization(db);
    await insertRow(db, 'lead', { organization_id: other.organizationId, name: 'Acme' });
    expect((await list('lead', { query: 'acme' })).body).toMatchObject({ data: [], total_results: 0 });
  });

  it.each([
    ['an empty text', ''],
    ['an unknown field', 'nofield:x'],
    ['a parenthesis that is not closed', '(acme'],
    ['an unknown saved search', 'in:"Nothing"'],
    ['what is no text for Postgres', 'a\u0000b'],
  ])('is refused for %s, with where in the text.', async (_, query) => {
    expect(fieldErrors(await list('lead', { query }))).toEqual({ query: expect.any(String) });
  });

  it('given twice is refused.', async () => {
    const answer = await api.call(org.apiKey, 'GET', '/api/v1/lead/?query=a&query=b');
    expect(fieldErrors(answer)).toHaveProperty('query');
  });
});
