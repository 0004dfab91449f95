import type { Db } from '@winnow/db';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  itemsOf,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
let leadId: string;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  org = await createOrganization(db);
  leadId = textOf(await post('lead/', { name: 'Wayne' }), 'id');
});

const get = (path: string) => api.call(org.apiKey, 'GET', `/api/v1/${path}`);
const post = (path: string, body: unknown) => api.call(org.apiKey, 'POST', `/api/v1/${path}`, { body });

const KINDS = [
  ['note', 'Note', { note: 'likes bats' }],
  ['call', 'Call', { direction: 'inbound', duration: 61, phone: '+1650', note: 'short' }],
  ['email', 'Email', { subject: 'Hello', to: ['a@x.test'], body_text: 'text', direction: 'outgoing' }],
  ['sms', 'SMS', { text: 'hi', remote_phone: '+1', local_phone: '+2', status: 'sent' }],
  ['meeting', 'Meeting', { title: 'lunch', starts_at: '2026-01-01T12:00:00.000000+00:00' }],
  ['custom', 'CustomActivity', { custom_activity_type_id: 'actitype_1', status: 'published' }],
  ['form_submission', 'FormSubmission', { form_id: 'form_1', values: { a: 'b' } }],
] as const;

describe.each(KINDS)('/activity/%s/', (path, typeName, body) => {
  it('writes, shows, lists, changes and deletes its own kind, and no other.', async () => {
    const made = await post(`activity/${path}/`, { lead_id: leadId, ...body });
    expect(made.body).toMatchObject({ _type: typeName, lead_id: leadId, ...body });
    const id = textOf(made, 'id');
    expect(id).toMatch(/^acti_\w{22}$/);
    expect((await get(`activity/${path}/${id}/`)).body).toEqual(made.body);
    expect(itemsOf(await get(`activity/${path}/`))).toEqual([made.body]);
    for (const [other] of KINDS.filter(([name]) => name !== path)) {
      const url = `/api/v1/activity/${other}/${id}/`;
      expect((await api.call(org.apiKey, 'GET', url)).status).toBe(404);
      expect((await api.call(org.apiKey, 'PUT', url, { body: {} })).status).toBe(404);
      expect((await api.call(org.apiKey, 'DELETE', url)).status).toBe(404);
    }
    const changed = await api.call(org.apiKey, 'PUT', `/api/v1/activity/${path}/${id}/`, {
      body: { activity_at: '2026-02-01T00:00:00Z', _type: 'Nonsense' },
    });
    expect(changed.body).toMatchObject({
      _type: typeName,
      activity_at: '2026-02-01T00:00:00.000000+00:00',
      ...body,
    });
    expect((await api.call(org.apiKey, 'DELETE', `/api/v1/activity/${path}/${id}/`)).status).toBe(200);
    expect((await get(`activity/${path}/${id}/`)).status).toBe(404);
  });
});

describe('/activity/', () => {
  it('lists every kind, the newest first, each with the fields of its own kind.', async () => {
    const made: unknown[] = [];
    for (const [path, , body] of KINDS)
      made.unshift((await post(`activity/${path}/`, { lead_id: leadId, ...body })).body);
    expect(itemsOf(await get('activity/'))).toEqual(made);
    const second = await get('activity/?_limit=2&_skip=1');
    expect(itemsOf(second)).toEqual(made.slice(1, 3));
    expect(second.body.has_more).toBe(true);
    expect(itemsOf(await get('activity/?_fields=_type,note'))).toEqual(
      expect.arrayContaining([{ _type: 'Note', note: 'likes bats' }, { _type: 'SMS' }]),
    );
  });

  it('can be filtered by what all kinds have.', async () => {
    const other = textOf(await post('lead/', {}), 'id');
    const note = textOf(await post('activity/note/', { lead_id: other }), 'id');
    expect(itemsOf(await get(`activity/?lead_id=${other}`)).map(({ id }) => id)).toEqual([note]);
    expect(fieldErrors(await get('activity/?direction=inbound'))).toHaveProperty('direction');
  });

  it('takes no POST: an activity is made as one of its kinds.', async () => {
    expect((await post('activity/', { lead_id: leadId })).status).toBe(405);
  });
});
