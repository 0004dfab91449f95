import { decodeId } from '@winnow/catalog';
import { createApiKey, type Db, deleteExpiredIdempotencyKeys } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  fieldCondition,
  fieldErrors,
  insertRow,
  requestFor,
  type TestApi,
  type TestOrganization,
  textOf,
  waitFor,
} from '../support/index.ts';
import { whileLocked } from '../support/table-lock.ts';

const DELETE = '/api/v1/bulk_action/delete/';
const LEAD = '/api/v1/lead/';

let db: Db;
let url: string;
let api: TestApi;
/** Another process would be no other: both only share the database. */
let other: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db, url } = await createDatabase());
  api = await createApi(db);
  other = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
});

const leads = (name: string) => ({
  s_query: requestFor('lead', [fieldCondition('lead', 'name', { type: 'text', mode: 'phrase', value: name })])
    .sQuery,
  send_done_email: false,
});
const post = (path: string, key: string, body: unknown, to = api) =>
  to.call(org.apiKey, 'POST', path, { body, headers: { 'idempotency-key': key } });

async function countOf(table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(table)} where organization_id = ${org.organizationId}
  `.execute(db);
  return rows[0]?.n ?? 0;
}

const keysOf = () =>
  db.selectFrom('idempotency_key').selectAll().where('api_key_id', '=', org.apiKeyId).execute();

describe('A POST that comes again with its Idempotency-Key', () => {
  it('gets the first answer again: its status, the same bytes, its headers, and a header that says so.', async () => {
    const first = await post(DELETE, 'k1', leads('a'));
    const again = await post(DELETE, 'k1', leads('a'), other);
    expect(first.status).toBe(200);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(again).toMatchObject({ status: 200, text: first.text });
    expect(again.headers).toMatchObject({
      'idempotency-replayed': 'true',
      'content-type': first.headers['content-type'],
      'retry-after': '1',
    });
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(await countOf('bulk_delete')).toBe(1);
    expect(await countOf('event')).toBe(1);
    expect(other.doorbell.rings).toHaveLength(0);
  });

  it('keeps the status of what was made too.', async () => {
    const body = {
      url: 'https://receiver.example/',
      events: [{ object_type: 'bulk_action.delete', action: 'completed' }],
    };
    const first = await post('/api/v1/webhook/', 'hook', body);
    expect(first.status).toBe(201);
    expect(await post('/api/v1/webhook/', 'hook', body)).toMatchObject({ status: 201, text: first.text });
    expect(await countOf('webhook_subscription')).toBe(1);
  });

  it.each([
    ['an object', LEAD, { name: 'A', contacts: [{ name: 'B' }] }, 'lead'],
    ['a contact with a lead of its own', '/api/v1/contact/', { name: 'C' }, 'contact'],
    ['a saved search', '/api/v1/saved_search/', { name: 'S', query: 'name:a' }, 'saved_search'],
    ['a custom field', '/api/v1/custom_field/lead/', { name: 'F', type: 'text' }, 'custom_field'],
    ['a bulk delete', DELETE, leads('a'), 'bulk_delete'],
    ['a dry run', DELETE, { ...leads('a'), dry_run: true }, 'bulk_delete'],
  ])('makes %s once.', async (_what, path, body, table) => {
    const answers = [await post(path, 'k', body), await post(path, 'k', body), await post(path, 'k', body)];
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await countOf(table)).toBe(1);
  });

  it('may give the key in quotes or bare, and its body in another order.', async () => {
    const first = await post(LEAD, '"q"', { name: 'A', description: 'B' });
    const again = await post('/api/v1//lead', 'q', { description: 'B', name: 'A' });
    expect(again.text).toBe(first.text);
    expect(await countOf('lead')).toBe(1);
  });

  it('may give it in the body, for clients that cannot set a header; no record knows of it.', async () => {
    const body = { name: 'A', idempotency_key: 'b' };
    const first = await api.call(org.apiKey, 'POST', LEAD, { body });
    const again = await api.call(org.apiKey, 'POST', LEAD, { body });
    expect(again).toMatchObject({ status: 200, text: first.text });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await post(LEAD, 'b', { name: 'A' })).text).toBe(first.text);
    const bulk = { ...leads('a'), idempotency_key: 'c' };
    const made = await api.call(org.apiKey, 'POST', DELETE, { body: bulk });
    expect(made.text).not.toContain('idempotency_key');
    expect((await api.call(org.apiKey, 'POST', DELETE, { body: bulk })).text).toBe(made.text);
    expect(await countOf('bulk_delete')).toBe(1);
  });

  it('is another request with another API key, even of the same user.', async () => {
    const second = await createApiKey(db, { ...org, name: 'second', scopes: ['*'] });
    const headers = { 'idempotency-key': 'shared' };
    const one = await post(LEAD, 'shared', { name: 'A' });
    const two = await api.call(second.key, 'POST', LEAD, { body: { name: 'A' }, headers });
    expect(textOf(two, 'id')).not.toBe(textOf(one, 'id'));
  });

  it('is not more than a search, and searches again for what is too long to be kept.', async () => {
    const description = 'x'.repeat(600_000);
    for (const name of ['A', 'B']) {
      await insertRow(db, 'lead', { organization_id: org.organizationId, name, description });
    }
    const search = {
      query: { type: 'object_type', object_type: 'lead' },
      _fields: { lead: ['description'] },
    };
    const first = await post('/api/v1/data/search/', 's', search);
    expect(first.text.length).toBeGreaterThan(1_200_000);
    const again = await post('/api/v1/data/search/', 's', search);
    expect(again).toMatchObject({ status: 200, text: first.text });
    expect(again.headers).not.toHaveProperty('idempotency-replayed');
    expect((await keysOf())[0]).toMatchObject({ state: 'running', body: null });
  });
});

describe('A key', () => {
  it.each([
    ['body', LEAD, { name: 'B' }, {}],
    ['path', '/api/v1/contact/', { name: 'A' }, {}],
    ['time zone', LEAD, { name: 'A' }, { 'x-tz-offset': '2' }],
  ])(
    'that stands for a request with another %s is refused with 422, and nothing is made.',
    async (_what, path, body, headers) => {
      await post(LEAD, 'k', { name: 'A' });
      const answer = await api.call(org.apiKey, 'POST', path, {
        body,
        headers: { 'idempotency-key': 'k', ...headers },
      });
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual({ error: expect.stringContaining('used for another request') });
      expect([await countOf('lead'), await countOf('contact')]).toEqual([1, 0]);
    },
  );

  it('that is malformed is refused with its name, and nothing is made.', async () => {
    expect(fieldErrors(await post(LEAD, '"open', { name: 'A' }))).toHaveProperty(['Idempotency-Key']);
    const body = { name: 'A', idempotency_key: 7 };
    expect(fieldErrors(await api.call(org.apiKey, 'POST', LEAD, { body }))).toHaveProperty('idempotency_key');
    expect(fieldErrors(await post(LEAD, 'one', { name: 'A', idempotency_key: 'two' }))).toHaveProperty(
      'idempotency_key',
    );
    expect(await countOf('lead')).toBe(0);
  });

  it('is free again after a refusal, which has changed nothing.', async () => {
    expect((await post(LEAD, 'k', { name: 7 })).status).toBe(400);
    expect(await keysOf()).toEqual([]);
    expect((await post(LEAD, 'k', { name: 'A' })).status).toBe(200);
  });

  it('says nothing on a request that is no POST of its own.', async () => {
    const id = textOf(await post(LEAD, 'k', { name: 'A' }), 'id');
    const headers = { 'idempotency-key': 'k' };
    const put = { body: { name: 'B' }, headers };
    expect((await api.call(org.apiKey, 'PUT', `${LEAD}${id}/`, put)).body).toMatchObject({ name: 'B' });
    const list = await api.app.inject({
      method: 'POST',
      url: LEAD,
      headers: { authorization: `Bearer ${org.apiKey}`, ...headers, 'x-http-method-override': 'GET' },
      payload: { _params: { _limit: 1 } },
    });
    expect(list.statusCode).toBe(200);
    expect(list.json()).toMatchObject({ data: [{ name: 'B' }] });
  });

  it('is forgotten after 24 hours, and swept away in portions.', async () => {
    const first = await post(LEAD, 'k', { name: 'A' });
    const [row] = await keysOf();
    const hours = ((row?.date_expires.getTime() ?? 0) - (row?.date_created.getTime() ?? 0)) / 3_600_000;
    expect(hours).toBeCloseTo(24, 5);
    await sql`update idempotency_key set date_expires = now() where api_key_id = ${org.apiKeyId}`.execute(db);
    const later = await post(LEAD, 'k', { name: 'B' });
    expect(later.status).toBe(200);
    expect(textOf(later, 'id')).not.toBe(textOf(first, 'id'));

    for (const key of ['k2', 'k3']) await post(LEAD, key, { name: key });
    await sql`update idempotency_key set date_expires = now() where api_key_id = ${org.apiKeyId}`.execute(db);
    expect(await deleteExpiredIdempotencyKeys(db, 2)).toBe(2);
    expect(await keysOf()).toHaveLength(1);
    expect(await deleteExpiredIdempotencyKeys(db, 2)).toBe(1);
    expect(await deleteExpiredIdempotencyKeys(db, 2)).toBe(0);
  });
});

describe('A request that is still being worked on', () => {
  /** Does something while a first request with the key is in the middle of its work. */
  async function whileFirstWorks(key: string, work: () => Promise<void>) {
    let first: ReturnType<typeof post> | undefined;
    await whileLocked(url, 'lead', async () => {
      first = post(LEAD, key, { name: 'A' });
      await waitFor(async () => (await keysOf()).length === 1, { what: 'the first request to begin' });
      await work();
    });
    if (!first) throw new Error('there was no first request');
    return first;
  }

  it('is not begun a second time: 409, with when to ask again.', async () => {
    const first = await whileFirstWorks('k', async () => {
      const second = await post(LEAD, 'k', { name: 'A' }, other);
      expect(second).toMatchObject({
        status: 409,
        body: { error: expect.stringContaining('still being worked') },
      });
      expect(second.headers['retry-after']).toBe('1');
      expect((await post(LEAD, 'k', { name: 'B' }, other)).status).toBe(422);
    });
    expect(first.status).toBe(200);
    expect((await post(LEAD, 'k', { name: 'A' }, other)).text).toBe(first.text);
    expect(await countOf('lead')).toBe(1);
  });

  it('is answered 503 when the key came in the body: such clients repeat that by themselves.', async () => {
    await whileFirstWorks('k', async () => {
      const body = { name: 'A', idempotency_key: 'k' };
      const second = await other.call(org.apiKey, 'POST', LEAD, { body });
      expect(second.status).toBe(503);
      expect(second.headers['retry-after']).toBe('1');
    });
  });

  it('keeps its lease for as long as it takes.', async () => {
    await whileFirstWorks('k', async () => {
      const [row] = await keysOf();
      const begun = row?.lease_until.getTime() ?? 0;
      await waitFor(async () => ((await keysOf())[0]?.lease_until.getTime() ?? 0) > begun, {
        what: 'the lease to be renewed',
      });
    });
  });

  it('loses it when it stands still; then the second makes the only one, and both have the same answer.', async () => {
    let second: ReturnType<typeof post> | undefined;
    const first = await whileFirstWorks('k', async () => {
      await sql`update idempotency_key set lease_until = now() where api_key_id = ${org.apiKeyId}`.execute(
        db,
      );
      second = post(LEAD, 'k', { name: 'A' }, other);
      await waitFor(async () => (await keysOf())[0]?.lease_no === 2, { what: 'the second to take over' });
    });
    const answers = [first, await second];
    expect(answers.map((answer) => answer?.status)).toEqual([200, 200]);
    expect(answers.map((answer) => answer?.text)).toEqual([first.text, first.text]);
    expect((await post(LEAD, 'k', { name: 'A' })).text).toBe(first.text);
    expect(await countOf('lead')).toBe(1);
  });
});

describe('A beginning that ended between its commit and its answer', () => {
  /** As a killed process leaves it: what it made is there, its answer was never kept, its lease runs out. */
  async function leaveBehind(answered: () => Promise<unknown>): Promise<void> {
    await answered();
    await sql`
      update idempotency_key set state = 'running', status = null, headers = null, body = null, lease_until = now()
      where api_key_id = ${org.apiKeyId}
    `.execute(db);
  }

  it.each([
    ['object', LEAD, { name: 'A', contacts: [{ name: 'B' }] }, 'lead'],
    ['contact with a lead of its own', '/api/v1/contact/', { name: 'C' }, 'lead'],
    ['saved search', '/api/v1/saved_search/', { name: 'S', query: 'name:a' }, 'saved_search'],
    ['custom field', '/api/v1/custom_field/lead/', { name: 'F', type: 'text' }, 'custom_field'],
    ['bulk delete', DELETE, leads('a'), 'bulk_delete'],
  ])('is gone on with by a repetition: the %s is found and answered.', async (_what, path, body, table) => {
    let first = '';
    await leaveBehind(async () => {
      first = (await post(path, 'k', body)).text;
    });
    const again = await post(path, 'k', body, other);
    expect(again).toMatchObject({ status: 200, text: first });
    expect(again.headers).not.toHaveProperty('idempotency-replayed');
    expect((await post(path, 'k', body)).headers['idempotency-replayed']).toBe('true');
    expect(await countOf(table)).toBe(1);
  });

  it('is gone on with for a dry run too, with a token that binds the same.', async () => {
    const body = { ...leads('a'), dry_run: true };
    let first = '';
    await leaveBehind(async () => {
      first = textOf(await post(DELETE, 'k', body), 'id');
    });
    const again = await post(DELETE, 'k', body, other);
    expect(textOf(again, 'id')).toBe(first);
    const real = { ...leads('a'), preview_token: textOf(again, 'preview_token') };
    expect((await api.call(org.apiKey, 'POST', DELETE, { body: real })).status).toBe(200);
    expect(await countOf('bulk_delete')).toBe(2);
  });

  it('is answered although the same would be refused by now.', async () => {
    const search = await api.call(org.apiKey, 'POST', '/api/v1/saved_search/', {
      body: { name: 'S', query: 'name:a' },
    });
    const body = {
      s_query: requestFor('lead', [{ type: 'saved_search', saved_search_id: textOf(search, 'id') }]).sQuery,
    };
    let first = '';
    await leaveBehind(async () => {
      first = (await post(DELETE, 'k', body)).text;
    });
    await api.call(org.apiKey, 'DELETE', `/api/v1/saved_search/${textOf(search, 'id')}/`);
    expect((await api.call(org.apiKey, 'POST', DELETE, { body })).status).toBe(400);
    expect(await post(DELETE, 'k', body)).toMatchObject({ status: 200, text: first });
  });

  it.each([
    ['by ids', '/v1/deals/bulk-delete', 'deleted_count'],
    ['of merged contacts', '/v1/contacts/merge', 'merged_count'],
    ['by identifiers', '/api/v1/leads/bulk-delete', 'deleted'],
  ])('is gone on with for a deletion %s: what it deleted is not missing.', async (_what, path, counted) => {
    const { organizationId: organization_id } = org;
    const campaign = await insertRow(db, 'campaign', { organization_id, name: 'C' });
    const lead_id = await insertRow(db, 'lead', {
      organization_id,
      campaign_id: campaign,
      external_id: 'e1',
    });
    const deal = await insertRow(db, 'opportunity', { organization_id, lead_id });
    const contact = async () => insertRow(db, 'contact', { organization_id, lead_id });
    const bodies: Readonly<Record<string, unknown>> = {
      '/v1/deals/bulk-delete': { deal_ids: [deal] },
      '/v1/contacts/merge': { primary_contact_id: await contact(), duplicate_contact_ids: [await contact()] },
      '/api/v1/leads/bulk-delete': { campaignId: campaign, leads: [{ externalId: 'e1' }] },
    };
    const body = bodies[path];
    let first = '';
    await leaveBehind(async () => {
      first = (await post(path, 'k', body)).text;
    });
    expect(first).toContain(`"${counted}":1`);
    expect(await post(path, 'k', body, other)).toMatchObject({ status: 200, text: first });
    const replayed = await post(path, 'k', body);
    expect(replayed).toMatchObject({ status: 200, text: first });
    expect(replayed.headers).toMatchObject({
      'idempotency-replayed': 'true',
      'x-winnow-bulk-delete-id': expect.stringMatching(/^bulkdelete_/),
    });
    expect(await countOf('bulk_delete')).toBe(1);
  });

  it('keeps the key when its repetition is refused: what was made is still found under it.', async () => {
    const status = await insertRow(db, 'lead_status', { organization_id: org.organizationId, label: 'S' });
    const body = { name: 'A', status_id: status };
    await leaveBehind(() => post(LEAD, 'k', body));
    const [before] = await keysOf();
    // As if it had ended before its commit, and what it refers to had gone since.
    await sql`delete from lead where organization_id = ${org.organizationId}`.execute(db);
    await sql`delete from lead_status where id = ${status}`.execute(db);
    expect((await post(LEAD, 'k', body)).status).toBe(400);
    expect(await keysOf()).toMatchObject([{ resource_id: before?.resource_id, state: 'running' }]);
    expect((await post(LEAD, 'k', { name: 'B' })).status).toBe(422);
  });
});

it('An error of the server leaves open what was made: the next beginning goes on with the same.', async () => {
  await sql`create function refuse_lead() returns trigger language plpgsql as
    $$ begin raise exception 'no space left' using errcode = '53100'; end $$`.execute(db);
  await sql`create trigger refuse_lead before insert on lead for each row execute function refuse_lead()`.execute(
    db,
  );
  const failed = await post(LEAD, 'k', { name: 'A' });
  await sql`drop trigger refuse_lead on lead`.execute(db);
  expect(failed.status).toBe(503);
  const [left] = await keysOf();
  const made = await post(LEAD, 'k', { name: 'A' });
  expect(made.status).toBe(200);
  expect(decodeId('lead', textOf(made, 'id'))).toBe(left?.resource_id);
});

it('The answer is sent although it cannot be kept, and a repetition is answered from what was made.', async () => {
  let answer: Awaited<ReturnType<typeof post>> | undefined;
  await sql`create function refuse_answer() returns trigger language plpgsql as
    $$ begin raise exception 'no space left' using errcode = '53100'; end $$`.execute(db);
  await sql`create trigger refuse_answer before update on idempotency_key
    for each row when (new.state = 'answered') execute function refuse_answer()`.execute(db);
  try {
    answer = await post(DELETE, 'k', leads('a'));
  } finally {
    await sql`drop trigger refuse_answer on idempotency_key`.execute(db);
  }
  expect(answer.status).toBe(200);
  expect((await post(DELETE, 'k', leads('a'))).status).toBe(409);
  await sql`update idempotency_key set lease_until = now()`.execute(db);
  expect(await post(DELETE, 'k', leads('a'))).toMatchObject({ status: 200, text: answer.text });
  expect(await countOf('bulk_delete')).toBe(1);
});

it('The document names the header, 409 and 422 for every POST, and for nothing else.', () => {
  const gaps: string[] = [];
  let nPosts = 0;
  for (const [path, operations] of Object.entries(api.app.swagger().paths ?? {})) {
    for (const [method, operation] of Object.entries(operations ?? {})) {
      const { parameters = [], responses = {} } = Object(operation);
      const named = parameters.some((given: { name?: string }) => given.name === 'idempotency-key');
      const answered = '409' in responses && '422' in responses;
      if (method === 'post') nPosts += 1;
      if (method === 'post' ? !(named && answered) : named) gaps.push(`${method} ${path}`);
    }
  }
  expect(nPosts).toBeGreaterThan(20);
  expect(gaps).toEqual([]);
});
