import { decodeId, newId } from '@winnow/catalog';
import { type Db, findWebhookSubscription } from '@winnow/db';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  countRows,
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  insertRow,
  itemsOf,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';

const PATH = '/api/v1/webhook/';
const BODY = {
  url: 'https://receiver.example/hook?a=b',
  events: [{ object_type: 'bulk_action.delete', action: 'completed' }],
};

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

const post = (body: unknown) => api.call(org.apiKey, 'POST', PATH, { body });
const get = (path = '') => api.call(org.apiKey, 'GET', `${PATH}${path}`);
const put = (id: string, body: unknown) => api.call(org.apiKey, 'PUT', `${PATH}${id}/`, { body });

describe('A webhook subscription', () => {
  it('is answered 201 in the shape of Close, with a key that no later answer shows.', async () => {
    const made = await post(BODY);
    expect(made.status).toBe(201);
    const { signature_key, ...rest } = made.body;
    expect(rest).toEqual({
      id: expect.stringMatching(/^whsub_\w{22}$/),
      organization_id: expect.stringMatching(/^orga_/),
      ...BODY,
      status: 'active',
      verify_ssl: true,
      created_by: expect.stringMatching(/^user_/),
      updated_by: rest.created_by,
      date_created: expect.any(String),
      date_updated: expect.any(String),
    });
    expect(signature_key).toMatch(/^[0-9a-f]{64}$/);
    expect(made.headers.location).toBe(`${PATH}${rest.id}/`);
    const id = textOf(made, 'id');
    expect((await get(`${id}/`)).body).toEqual(rest);
    expect(itemsOf(await get())).toEqual([rest]);
    expect((await put(id, {})).text).not.toContain(String(signature_key));
    const row = await findWebhookSubscription(db, { ...org, id: decodeId('whsub', id) ?? '' });
    expect(row?.signature_key).toBe(signature_key);
  });

  it('has a key of its own.', async () => {
    const keys = [(await post(BODY)).body.signature_key, (await post(BODY)).body.signature_key];
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('is changed by PUT: only what the body names.', async () => {
    const made = await post({ ...BODY, verify_ssl: false });
    const id = textOf(made, 'id');
    const { signature_key: _shownOnce, ...rest } = made.body;
    const paused = await put(id, { status: 'paused' });
    expect(paused.body).toEqual({ ...rest, status: 'paused', date_updated: expect.any(String) });
    const changed = await put(id, {
      url: 'https://other.example/',
      events: [{ object_type: 'lead', action: 'deleted', note: 'kept by nobody' }],
      status: 'active',
      verify_ssl: true,
      signature_key: '0'.repeat(64),
      id: 'whsub_x',
    });
    expect(changed.body).toMatchObject({
      id,
      url: 'https://other.example/',
      events: [{ object_type: 'lead', action: 'deleted' }],
      status: 'active',
      verify_ssl: true,
    });
    const row = await findWebhookSubscription(db, { ...org, id: decodeId('whsub', id) ?? '' });
    expect(row?.signature_key).toBe(made.body.signature_key);
  });

  it('is ended by DELETE, with the deliveries that still wait.', async () => {
    const id = textOf(await post(BODY), 'id');
    const own = { organization_id: org.organizationId };
    const event_id = await insertRow(db, 'event', {
      ...own,
      object_type: 'bulk_action.delete',
      object_id: newId(),
      action: 'completed',
    });
    await insertRow(db, 'delivery', {
      ...own,
      event_id,
      channel: 'webhook',
      subscription_id: decodeId('whsub', id),
    });
    const gone = await api.call(org.apiKey, 'DELETE', `${PATH}${id}/`);
    expect([gone.status, gone.text]).toEqual([200, '{}']);
    expect(await countRows(db, 'delivery')).toBe(0);
    expect((await get(`${id}/`)).status).toBe(404);
    expect((await api.call(org.apiKey, 'DELETE', `${PATH}${id}/`)).status).toBe(404);
  });

  it('of another organization is like one that never was.', async () => {
    const id = textOf(await post(BODY), 'id');
    const other = await createOrganization(db);
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const answer = await api.call(
        other.apiKey,
        method,
        `${PATH}${id}/`,
        method === 'PUT' ? { body: {} } : {},
      );
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ error: 'There is no webhook subscription with this id.' });
    }
    expect(itemsOf(await api.call(other.apiKey, 'GET', PATH))).toEqual([]);
    expect((await get(`${id}/`)).status).toBe(200);
  });

  it('is one of forty at most; another organization has forty of its own.', async () => {
    for (let n = 0; n < 40; n++) expect((await post(BODY)).status).toBe(201);
    const refused = await post(BODY);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ errors: [expect.stringContaining('40')] });
    const other = await createOrganization(db);
    expect((await api.call(other.apiKey, 'POST', PATH, { body: BODY })).status).toBe(201);
    expect((await get('?_limit=39&_fields=id')).body.has_more).toBe(true);
  });
});

describe('is refused, by POST and by PUT, for', () => {
  const event = BODY.events[0];
  it.each([
    ['url', { url: 'http://receiver.example/' }],
    ['url', { url: 'ftp://receiver.example/' }],
    ['url', { url: 'receiver.example' }],
    ['url', { url: '' }],
    ['url', { url: 5 }],
    ['url', { url: `https://x.example/${'a'.repeat(2000)}` }],
    ['url', { url: 'https://localhost/' }],
    ['url', { url: 'https://LOCALHOST./' }],
    ['url', { url: 'https://api.localhost:8443/' }],
    ['url', { url: 'https://127.0.0.1/' }],
    ['url', { url: 'https://2130706433/' }],
    ['url', { url: 'https://0x7f000001/' }],
    ['url', { url: 'https://[::1]/' }],
    ['url', { url: 'https://[::ffff:10.0.0.1]/' }],
    ['url', { url: 'https://10.1.2.3/' }],
    ['url', { url: 'https://169.254.169.254/latest/meta-data' }],
    ['url', { url: 'https://user:pass@receiver.example/' }],
    ['events', { events: [] }],
    ['events', { events: 'all' }],
    ['events', { events: Array.from({ length: 101 }, () => event) }],
    ['events[0].action', { events: [{ object_type: 'lead' }] }],
    ['events[0].object_type', { events: [{ object_type: '', action: 'deleted' }] }],
    ['events[0].object_type', { events: [{ object_type: 5, action: 'deleted' }] }],
    ['events[1]', { events: [event, 'lead.deleted'] }],
    ['events[0].extra_filter', { events: [{ ...event, extra_filter: { type: 'non_null' } }] }],
    ['event_filter', { event_filter: { type: 'non_null' } }],
    ['verify_ssl', { verify_ssl: 'no' }],
  ])('%s: %j', async (field, wrong) => {
    const before = await countRows(db, 'webhook_subscription');
    expect(Object.keys(fieldErrors(await post({ ...BODY, ...wrong })))).toContain(field);
    expect(await countRows(db, 'webhook_subscription')).toBe(before);
    const id = textOf(await post(BODY), 'id');
    expect(Object.keys(fieldErrors(await put(id, wrong)))).toContain(field);
    expect((await get(`${id}/`)).body).toMatchObject(BODY);
  });

  it('what is missing, and a status that there is not', async () => {
    expect(fieldErrors(await post({}))).toEqual({
      url: 'This field is required.',
      events: 'This field is required.',
    });
    const id = textOf(await post(BODY), 'id');
    expect(fieldErrors(await put(id, { status: 'off' }))).toEqual({
      status: 'Must be "active" or "paused".',
    });
  });
});

it('Where private addresses are allowed, plain http and loopback are taken.', async () => {
  const open = await createApi(db, { settings: { webhookAllowPrivate: true } });
  for (const url of ['http://127.0.0.1:9000/hook', 'http://localhost:9000', 'https://10.0.0.1/']) {
    expect((await open.call(org.apiKey, 'POST', PATH, { body: { ...BODY, url } })).status).toBe(201);
  }
});
