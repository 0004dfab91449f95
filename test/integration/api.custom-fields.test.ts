import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  insertLeadFamily,
  itemsOf,
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
const post = (path: string, body: unknown) => api.call(org.apiKey, 'POST', `/api/v1/${path}`, { body });
const put = (path: string, body: unknown) => api.call(org.apiKey, 'PUT', `/api/v1/${path}`, { body });
const define = async (owner: string, body: Record<string, unknown>) =>
  `custom.${textOf(await post(`custom_field/${owner}/`, { name: JSON.stringify(body), ...body }), 'id')}`;

describe('A custom field', () => {
  it('is made and listed in the shape of Close, for each kind of object that has some.', async () => {
    for (const owner of ['lead', 'contact', 'opportunity', 'activity', 'custom_object']) {
      const text = await post(`custom_field/${owner}/`, { name: 'Note', type: 'text' });
      expect(text.status).toBe(200);
      expect(text.body).toMatchObject({
        id: expect.stringMatching(/^cf_\w{22}$/),
        name: 'Note',
        type: 'text',
        accepts_multiple_values: false,
      });
      expect(text.body).not.toHaveProperty('choices');
      const choice = await post(`custom_field/${owner}/`, {
        name: 'Source',
        type: 'choices',
        choices: ['Trade show', 'Referral'],
        accepts_multiple_values: true,
      });
      expect(choice.body).toMatchObject({
        choices: ['Trade show', 'Referral'],
        accepts_multiple_values: true,
      });
      expect((await get(`custom_field/${owner}/`)).body).toEqual({
        data: [text.body, choice.body],
        has_more: false,
      });
      expect((await get(`custom_field/${owner}/?_limit=1&_fields=name`)).body).toEqual({
        data: [{ name: 'Note' }],
        has_more: true,
      });
    }
  });

  it.each([
    ['name', { type: 'text' }],
    ['name', { name: '', type: 'text' }],
    ['name', { name: '  ', type: 'text' }],
    ['name', { name: 'x'.repeat(201), type: 'text' }],
    ['type', { name: 'x' }],
    ['type', { name: 'x', type: 'lead' }],
    ['type', { name: 'x', type: 'constructor' }],
    ['choices', { name: 'x', type: 'choices' }],
    ['choices', { name: 'x', type: 'choices', choices: [] }],
    ['choices', { name: 'x', type: 'choices', choices: ['a', 'a'] }],
    ['choices', { name: 'x', type: 'text', choices: ['a'] }],
    ['choices[1]', { name: 'x', type: 'choices', choices: ['a', ''] }],
    ['choices[0]', { name: 'x', type: 'choices', choices: [1] }],
    ['accepts_multiple_values', { name: 'x', type: 'number', accepts_multiple_values: true }],
    ['accepts_multiple_values', { name: 'x', type: 'user', accepts_multiple_values: 'yes' }],
  ])('is refused for its %s: %j', async (field, body) => {
    expect(Object.keys(fieldErrors(await post('custom_field/lead/', body)))).toEqual([field]);
    expect(itemsOf(await get('custom_field/lead/'))).toEqual([]);
  });

  it('has a name that no other of its owner has; other owners and organizations may.', async () => {
    const body = { name: 'Source', type: 'text' };
    expect((await post('custom_field/lead/', body)).status).toBe(200);
    expect(fieldErrors(await post('custom_field/lead/', body))).toEqual({
      name: 'There is a custom field of this name already.',
    });
    expect((await post('custom_field/contact/', body)).status).toBe(200);
    const other = await createOrganization(db);
    expect((await api.call(other.apiKey, 'POST', '/api/v1/custom_field/lead/', { body })).status).toBe(200);
  });

  it('of an owner that there is not is answered 404.', async () => {
    expect((await get('custom_field/task/')).status).toBe(404);
    expect((await post('custom_field/constructor/', {})).status).toBe(404);
  });
});

describe('A value of a custom field', () => {
  it.each([
    [{ type: 'text' }, 'x', 'x'],
    [{ type: 'textarea' }, '', ''],
    [{ type: 'hidden' }, 'h', 'h'],
    [{ type: 'number' }, 1.5, 1.5],
    [{ type: 'date' }, '2026-02-28', '2026-02-28'],
    [{ type: 'datetime' }, '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000000+00:00'],
    [{ type: 'choices', choices: ['a', 'b'] }, 'b', 'b'],
    [{ type: 'choices', choices: ['a', 'b'], accepts_multiple_values: true }, ['b', 'a'], ['b', 'a']],
    [{ type: 'choices', choices: ['a', 'b'], accepts_multiple_values: true }, 'a', ['a']],
  ])('of the type %j: %j', async (type, given, shown) => {
    for (const [owner, path] of [
      ['lead', 'lead/'],
      ['contact', 'contact/'],
      ['opportunity', 'opportunity/'],
    ] as const) {
      const key = await define(owner, type);
      const made = await post(path, { [key]: given });
      expect(made.body[key], made.text).toEqual(shown);
      expect((await get(`${path}${textOf(made, 'id')}/?_fields=${key}`)).body).toEqual({ [key]: shown });
      const cleared = await put(`${path}${textOf(made, 'id')}/`, { [key]: null });
      expect(cleared.body).not.toHaveProperty([key]);
      expect((await put(`${path}${textOf(made, 'id')}/`, { [key]: given })).body[key]).toEqual(shown);
    }
  });

  it('that refers to users or contacts is stored as plain UUIDs and shown prefixed.', async () => {
    const family = await insertLeadFamily(db, org.organizationId);
    const user = await define('lead', { type: 'user' });
    const contacts = await define('lead', { type: 'contact', accepts_multiple_values: true });
    const contact = textOf(await get(`contact/${family.contact}/`), 'id');
    const me = textOf(await get('me/'), 'id');
    const made = await post('lead/', { [user]: me, [contacts]: [family.contact, contact] });
    expect(made.body).toMatchObject({ [user]: me, [contacts]: [contact, contact] });
    const { rows } = await sql<{ custom: unknown }>`
      select custom from lead where id = ${decodeId('lead', textOf(made, 'id'))}
    `.execute(db);
    const uuidOf = (key: string) => decodeId('cf', key.slice('custom.'.length)) ?? '';
    expect(rows[0]?.custom).toEqual({
      [uuidOf(user)]: org.userId,
      [uuidOf(contacts)]: [family.contact, family.contact],
    });
  });

  it('is changed by PUT without touching the others, and an empty list clears it.', async () => {
    const [a, b, c] = [
      await define('lead', { type: 'text', name: 'a' }),
      await define('lead', { type: 'text', name: 'b' }),
      await define('lead', { type: 'choices', choices: ['x'], accepts_multiple_values: true }),
    ];
    const id = textOf(await post('lead/', { [a]: '1', [b]: '2', [c]: 'x' }), 'id');
    const { body } = await put(`lead/${id}/`, { [b]: '3', [c]: [] });
    expect(Object.fromEntries(Object.entries(body).filter(([key]) => key.startsWith('custom.')))).toEqual({
      [a]: '1',
      [b]: '3',
    });
  });

  it('stands in parts as well, and in activities of every kind.', async () => {
    const title = await define('contact', { type: 'text' });
    const lead = await post('lead/', { contacts: [{ name: 'A', [title]: 'boss' }] });
    expect(lead.body.contacts).toMatchObject([{ [title]: 'boss' }]);
    const mood = await define('activity', { type: 'choices', choices: ['good'] });
    for (const path of ['activity/note/', 'activity/custom/']) {
      const made = await post(path, { lead_id: lead.body.id, [mood]: 'good' });
      expect(made.body[mood]).toBe('good');
    }
    expect(itemsOf(await get('activity/')).map((item) => item[mood])).toEqual(['good', 'good']);
  });

  it.each([
    [{ type: 'text' }, 5, 'Must be a text.'],
    [{ type: 'text' }, ['x'], 'This field takes one value, not a list.'],
    [{ type: 'number' }, '5', 'Must be a number.'],
    [{ type: 'date' }, '2026-02-29', 'Must be a date: YYYY-MM-DD.'],
    [{ type: 'datetime' }, '2026-02-29', expect.stringContaining('ISO 8601')],
    [{ type: 'choices', choices: ['a', 'b'] }, 'c', 'Must be one of: a, b.'],
    [{ type: 'choices', choices: ['a'], accepts_multiple_values: true }, ['a', 'c'], 'Must be one of: a.'],
    [{ type: 'choices', choices: ['a'], accepts_multiple_values: true }, [['a']], 'Must be one of: a.'],
    [{ type: 'user' }, 'user_x', 'There is no user with this id.'],
    [{ type: 'contact' }, 'x', 'There is no contact with this id.'],
  ])('is refused: %j = %j', async (type, given, sentence) => {
    const key = await define('lead', type);
    expect(fieldErrors(await post('lead/', { [key]: given }))).toEqual({ [key]: sentence });
    const id = textOf(await post('lead/', {}), 'id');
    expect(fieldErrors(await put(`lead/${id}/`, { [key]: given }))).toEqual({ [key]: sentence });
    expect((await get(`lead/${id}/`)).body).not.toHaveProperty([key]);
  });

  it('of another organization, or of another kind of object, is refused like one that never was.', async () => {
    const sentence = 'There is no custom field of leads with this id.';
    const ofContacts = await define('contact', { type: 'text' });
    const other = await createOrganization(db);
    const theirs = await api.call(other.apiKey, 'POST', '/api/v1/custom_field/lead/', {
      body: { name: 'x', type: 'text' },
    });
    for (const key of [ofContacts, `custom.${theirs.body.id}`, 'custom.cf_x', 'custom.', 'custom.Source']) {
      expect(fieldErrors(await post('lead/', { [key]: 'x' }))).toEqual({ [key]: sentence });
    }
    const user = await define('lead', { type: 'user' });
    expect(fieldErrors(await post('lead/', { [user]: other.userId }))).toEqual({
      [user]: 'There is no user with this id.',
    });
  });

  it('by the name of the field, as Close once had it, is refused instead of lost.', async () => {
    expect(fieldErrors(await post('lead/', { custom: { Source: 'x' } }))).toHaveProperty('custom');
    expect((await post('lead/', { custom: {} })).status).toBe(200);
  });
});
