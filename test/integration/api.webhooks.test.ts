import { decodeId, newId } from '@winnow/catalog';
import { type Db, findWebhookSubscription } from '@winnow/db';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteLeads, relayAll } from '../support/deleted-leads.ts';
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
import { takeTurn } from '../support/notification.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

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
    const { signature_key, signing_secret, ...rest } = made.body;
    expect(rest).toEqual({
      id: expect.stringMatching(/^whsub_\w{22}$/),
      organization_id: expect.stringMatching(/^orga_/),
      ...BODY,
      event_filter: null,
      status: 'active',
      pause_reason: null,
      verify_ssl: true,
      batch: null,
      previous_secret_expires: null,
      created_by: expect.stringMatching(/^user_/),
      updated_by: rest.created_by,
      date_created: expect.any(String),
      date_updated: expect.any(String),
    });
    expect(signature_key).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.from(String(signing_secret).replace(/^whsec_/, ''), 'base64').toString('hex')).toBe(
      signature_key,
    );
    expect(made.headers.location).toBe(`${PATH}${rest.id}/`);
    const id = textOf(made, 'id');
    expect((await get(`${id}/`)).body).toEqual(rest);
    expect(itemsOf(await get())).toEqual([rest]);
    const changed = await put(id, {});
    expect(changed.text).not.toContain(String(signature_key));
    expect(changed.text).not.toContain('whsec_');
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
    const { signature_key: _shownOnce, signing_secret: _norThis, ...rest } = made.body;
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

const FILTER = {
  type: 'field_accessor',
  field: 'meta',
  filter: { type: 'field_accessor', field: 'bulk_action_id', filter: { type: 'non_null' } },
};

describe('A webhook subscription with more to it', () => {
  it('keeps its filters and its batch, and loses them by null.', async () => {
    const events = [
      { object_type: 'lead', action: 'deleted', extra_filter: FILTER },
      { object_type: 'deal', action: 'deleted' },
    ];
    const made = await post({
      url: BODY.url,
      events,
      event_filter: { type: 'not', filter: FILTER },
      batch: 250,
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ events, event_filter: { type: 'not', filter: FILTER }, batch: 250 });
    const id = textOf(made, 'id');
    expect((await put(id, { url: BODY.url })).body).toMatchObject({ events, batch: 250 });
    const bare = await put(id, {
      event_filter: null,
      batch: null,
      events: [{ ...events[0], extra_filter: null }],
    });
    expect(bare.body).toMatchObject({
      event_filter: null,
      batch: null,
      events: [{ object_type: 'lead', action: 'deleted' }],
    });
    expect((await get(`${id}/`)).body).toEqual(bare.body);
  });

  it('is one of forty at most, also when many ask at once.', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(BODY)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(40);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(10);
  });

  it('forgets why we paused it when a client sets its status.', async () => {
    const id = textOf(await post(BODY), 'id');
    await db
      .updateTable('webhook_subscription')
      .set({ status: 'paused', pause_reason: 'The receiver answered 410.' })
      .where('id', '=', decodeId('whsub', id) ?? '')
      .execute();
    expect((await get(`${id}/`)).body).toMatchObject({
      status: 'paused',
      pause_reason: 'The receiver answered 410.',
    });
    expect((await put(id, { status: 'active' })).body).toMatchObject({
      status: 'active',
      pause_reason: null,
    });
  });
});

describe('The key of a webhook subscription', () => {
  const rotate = (id: string, body?: unknown) =>
    api.call(org.apiKey, 'POST', `${PATH}${id}/rotate_secret/`, body === undefined ? {} : { body });

  it('is exchanged for a new one, shown once, with an overlap of a day unless another is asked for.', async () => {
    const made = await post(BODY);
    const id = textOf(made, 'id');
    const before = Date.now();
    const rotated = await rotate(id);
    expect(rotated.status).toBe(200);
    expect(rotated.body.signature_key).toMatch(/^[0-9a-f]{64}$/);
    expect(rotated.body.signature_key).not.toBe(made.body.signature_key);
    expect(rotated.body.signing_secret).toMatch(/^whsec_/);
    const expires = Date.parse(textOf(rotated, 'previous_secret_expires'));
    expect(expires - before).toBeGreaterThan(86_400_000 - 60_000);
    expect(expires - before).toBeLessThan(86_400_000 + 60_000);
    expect((await get(`${id}/`)).text).not.toContain('signature_key');
    const row = await findWebhookSubscription(db, { ...org, id: decodeId('whsub', id) ?? '' });
    expect([row?.signature_key, row?.previous_signature_key]).toEqual([
      rotated.body.signature_key,
      made.body.signature_key,
    ]);
  });

  it('ends at once with an overlap of 0, and later by DELETE.', async () => {
    const id = textOf(await post(BODY), 'id');
    expect((await rotate(id, { overlap_hours: 0 })).body.previous_secret_expires).toBeNull();
    expect((await rotate(id, { overlap_hours: 168 })).body.previous_secret_expires).not.toBeNull();
    const ended = await api.call(org.apiKey, 'DELETE', `${PATH}${id}/previous_secret/`);
    expect(ended.status).toBe(200);
    expect(ended.body.previous_secret_expires).toBeNull();
    const row = await findWebhookSubscription(db, { ...org, id: decodeId('whsub', id) ?? '' });
    expect(row?.previous_signature_key).toBeNull();
  });

  it.each([-1, 169, 1.5, '24', true, [24]])(
    'is not exchanged with an overlap of %j.',
    async (overlap_hours) => {
      const made = await post(BODY);
      const id = textOf(made, 'id');
      expect(fieldErrors(await rotate(id, { overlap_hours }))).toEqual({
        overlap_hours: 'Must be an integer from 0 to 168.',
      });
      const row = await findWebhookSubscription(db, { ...org, id: decodeId('whsub', id) ?? '' });
      expect(row?.signature_key).toBe(made.body.signature_key);
    },
  );

  it('of another organization is like one that never was.', async () => {
    const id = textOf(await post(BODY), 'id');
    const other = await createOrganization(db);
    const calls = [
      ['POST', 'rotate_secret/'],
      ['DELETE', 'previous_secret/'],
      ['POST', 'ping/'],
      ['GET', 'deliveries/'],
    ] as const;
    for (const [method, path] of calls) {
      expect((await api.call(other.apiKey, method, `${PATH}${id}/${path}`)).status).toBe(404);
      expect((await api.call(org.apiKey, method, `${PATH}whsub_nothing/${path}`)).status).toBe(404);
    }
  });
});

describe('The deliveries of a webhook subscription', () => {
  const call = (method: 'GET' | 'POST', path: string) => api.call(org.apiKey, method, `${PATH}${path}`);
  const send = (id: string) => takeTurn(db, decodeId('whsub', id) ?? '');

  it('show a ping from 202 to its attempt.', async () => {
    const receiver = await startReceiver();
    const id = await subscribedTo(receiver.url);
    const pinged = await call('POST', `${id}/ping/`);
    expect(pinged.status).toBe(202);
    expect(pinged.body).toMatchObject({
      id: expect.stringMatching(/^whdel_\w{22}$/),
      subscription_id: id,
      status: 'pending',
      event_id: expect.stringMatching(/^ev_/),
      bulk_action_id: null,
      page_no: null,
      object_types: ['webhook'],
      action: 'ping',
      n_events: 1,
      n_sent: 0,
      attempts: 0,
      last_attempts: [],
      date_finished: null,
    });
    expect(api.doorbell.rings).toContainEqual({ queue: 'webhook', id: decodeId('whsub', id) });
    await send(id);
    const done = await call('GET', `${id}/deliveries/${textOf(pinged, 'id')}/`);
    expect(done.body).toMatchObject({
      status: 'delivered',
      n_sent: 1,
      attempts: 1,
      last_status_code: 200,
      last_error: null,
      next_attempt: null,
      last_attempts: [
        {
          attempt: 1,
          date_started: expect.any(String),
          took_ms: expect.any(Number),
          status_code: 200,
          error: null,
          n_sent: 1,
        },
      ],
      date_finished: expect.any(String),
    });
    expect(itemsOf(await call('GET', `${id}/deliveries/`))).toEqual([done.body]);
  });

  it('of a page say what they stand for, and are sent again under the same event ids.', async () => {
    const receiver = await startReceiver();
    const id = await subscribedTo(receiver.url, { events: [{ object_type: 'lead', action: 'deleted' }] });
    await deleteLeads(db, org, 5, { pageSize: 3 });
    await relayAll(db);
    await send(id);
    const [newer, older] = itemsOf(await call('GET', `${id}/deliveries/`));
    expect(older).toMatchObject({
      status: 'delivered',
      event_id: null,
      bulk_action_id: expect.stringMatching(/^bulkdelete_/),
      page_no: expect.any(Number),
      object_types: ['lead'],
      action: 'deleted',
      n_events: 3,
      n_sent: 3,
    });
    expect(newer).toMatchObject({ n_events: 2, n_sent: 2 });
    const again = await call('POST', `${id}/deliveries/${String(older?.id)}/redeliver/`);
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({
      id: older?.id,
      status: 'pending',
      n_events: 3,
      n_sent: 0,
      attempts: 1,
    });
    await send(id);
    expect(receiver.received).toHaveLength(8);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(5);
    const { body } = await call('GET', `${id}/deliveries/${String(older?.id)}/`);
    expect(body).toMatchObject({
      status: 'delivered',
      attempts: 2,
      last_attempts: [{ attempt: 2 }, { attempt: 1 }],
    });
  });

  it('are listed newest first, page by page, by status, and with picked fields.', async () => {
    const receiver = await startReceiver((response, requestNo) =>
      response.writeHead(requestNo === 1 ? 500 : 200).end('why'),
    );
    const id = await subscribedTo(receiver.url);
    const failed = textOf(await call('POST', `${id}/ping/`), 'id');
    await send(id);
    const pings = [failed];
    for (let n = 0; n < 3; n++) pings.push(textOf(await call('POST', `${id}/ping/`), 'id'));
    await send(id);
    const list = async (query: string) => {
      const answer = await call('GET', `${id}/deliveries/${query}`);
      return [itemsOf(answer).map((item) => item.id), answer.body.has_more];
    };
    expect(await list('')).toEqual([pings.toReversed(), false]);
    expect(await list('?_limit=2')).toEqual([pings.toReversed().slice(0, 2), true]);
    expect(await list('?_limit=2&_skip=2')).toEqual([pings.toReversed().slice(2), false]);
    expect(await list('?status=failed')).toEqual([[failed], false]);
    expect(await list('?status=dropped')).toEqual([[], false]);
    const [item] = itemsOf(await call('GET', `${id}/deliveries/?status=failed&_fields=id,last_error`));
    expect(item).toEqual({ id: failed, last_error: 'The receiver answered 500. why' });
    expect((await call('GET', `${id}/deliveries/?status=lost`)).status).toBe(400);
  });

  it('of one that is paused are not sent again, but a ping is.', async () => {
    const id = await subscribedTo('https://receiver.invalid/');
    const ping = textOf(await call('POST', `${id}/ping/`), 'id');
    await put(id, { status: 'paused' });
    const refused = await call('POST', `${id}/deliveries/${ping}/redeliver/`);
    expect(refused.status).toBe(409);
    expect(refused.body.error).toContain('paused');
    expect((await call('POST', `${id}/ping/`)).status).toBe(202);
  });

  it('of another subscription are like ones that never were.', async () => {
    const [one, other] = [await subscribedTo(BODY.url), await subscribedTo(BODY.url)];
    const ping = textOf(await call('POST', `${one}/ping/`), 'id');
    for (const delivery of [ping, 'whdel_nothing', newId()]) {
      expect((await call('GET', `${other}/deliveries/${delivery}/`)).status).toBe(404);
      expect((await call('POST', `${other}/deliveries/${delivery}/redeliver/`)).status).toBe(404);
    }
  });

  async function subscribedTo(url: string, body: object = {}): Promise<string> {
    const open = await createApi(db, { settings: { webhookAllowPrivate: true } });
    const made = await open.call(org.apiKey, 'POST', PATH, { body: { ...BODY, url, ...body } });
    return textOf(made, 'id');
  }
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
    ['events[0].object_type', { events: [{ object_type: 'leads', action: 'deleted' }] }],
    ['events[0].object_type', { events: [{ object_type: 'webhook', action: 'ping' }] }],
    ['events[1].action', { events: [event, { object_type: 'lead', action: 'delete' }] }],
    ['events[0].extra_filter', { events: [{ ...event, extra_filter: 'all' }] }],
    [
      'events[0].extra_filter.filters[1].value',
      {
        events: [
          { ...event, extra_filter: { type: 'and', filters: [{ type: 'is_null' }, { type: 'equals' }] } },
        ],
      },
    ],
    ['event_filter.type', { event_filter: { type: 'like', value: 'x' } }],
    ['event_filter', { event_filter: [] }],
    ['verify_ssl', { verify_ssl: 'no' }],
    ['batch', { batch: 0 }],
    ['batch', { batch: 1001 }],
    ['batch', { batch: '10' }],
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
