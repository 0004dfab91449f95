import { decodeId } from '@winnow/catalog';
import { createApiKey, createUser, type Db } from '@winnow/db';
import { beforeAll, expect, it } from 'vitest';
import { type CloseStyleClient, createCloseStyleClient } from '../support/close-style-client.ts';
import {
  createDatabase,
  createHttpClient,
  createOrganization,
  insertRow,
  spawnApi,
  spawnWorker,
  type TestOrganization,
} from '../support/index.ts';
import { query, text, where } from '../support/query-json.ts';

/**
 * What Close's own scripts ask for, step by step, and what they read of the answers (reference, 5.4 and 8.3): the
 * report of deleted leads, putting deleted leads back, and the events of one request.
 */

type Json = Readonly<Record<string, unknown>>;

/** More than three pages of the event log. */
const BULK = 160;

let db: Db;
let baseUrl: string;
let org: TestOrganization;
let close: CloseStyleClient;
/** Of a second user, so that reports have to tell users apart. */
let colleague: CloseStyleClient;

beforeAll(async () => {
  const database = await createDatabase();
  ({ db } = database);
  org = await createOrganization(db, { name: 'Wayne Enterprises' });
  const lucius = await createUser(db, {
    organizationId: org.organizationId,
    email: 'lucius@wayne.test',
    firstName: 'Lucius',
    lastName: 'Fox',
  });
  const { key } = await createApiKey(db, {
    organizationId: org.organizationId,
    userId: lucius.id,
    name: 'reports',
    scopes: ['*'],
  });
  const env = { DATABASE_URL: database.url };
  const [api] = await Promise.all([spawnApi(env), spawnWorker(env)]);
  baseUrl = api.url;
  close = createCloseStyleClient(baseUrl, org.apiKey);
  colleague = createCloseStyleClient(baseUrl, key);
});

it('the report of deleted leads names each with its status, who deleted it, and how', async () => {
  const status = await close.post('status/lead', { label: 'Bad Fit' });
  await Promise.all(
    Array.from({ length: BULK }, (_, n) =>
      insertRow(db, 'lead', {
        organization_id: org.organizationId,
        name: `Goodbye ${n}`,
        status_id: decodeId('stat', String(status.id)),
      }),
    ),
  );
  const http = createHttpClient(baseUrl, org.apiKey);
  const bulkAction = await http.startBulkDelete({
    s_query: query('lead', where('lead.name', text('full_words', 'Goodbye'))),
    send_done_email: false,
  });
  expect(await http.waitForEnd(bulkAction)).toMatchObject({ status: 'done', n_leads: BULK });
  const byHand = await colleague.post('lead', { name: 'Deleted by hand' });
  await colleague.delete(`lead/${String(byHand.id)}`);

  const me = await close.get('me');
  const [membership] = listOf(me.memberships);
  expect(membership?.role_id).toBe('admin');
  const organizationId = String(listOf(me.organizations)[0]?.id);
  const organization = await close.get(`organization/${organizationId}`, {
    _fields: 'name,memberships,inactive_memberships',
  });
  expect(organization.name).toBe('Wayne Enterprises');
  const names = new Map(
    [...listOf(organization.memberships), ...listOf(organization.inactive_memberships)].map((member) => [
      member.user_id,
      member.user_full_name,
    ]),
  );

  const report = (await walkEvents(close, { object_type: 'lead', action: 'deleted' })).map((event) => {
    const meta = { ...Object(event.meta) };
    const previous = { ...Object(event.previous_data) };
    return {
      lead: event.lead_id,
      name: previous.display_name,
      status: previous.status_label,
      user: names.get(event.user_id),
      // The script looks whether the key is there, not what it holds.
      how: 'bulk_action_id' in meta ? meta.bulk_action_id : 'by hand',
    };
  });
  expect(report).toHaveLength(BULK + 1);
  expect(report[0]).toEqual({
    lead: byHand.id,
    name: 'Deleted by hand',
    status: null,
    user: 'Lucius Fox',
    how: 'by hand',
  });
  const inBulk = report.slice(1);
  expect(new Set(inBulk.map(({ lead }) => lead)).size).toBe(BULK);
  expect(new Set(inBulk.map(({ name }) => name))).toEqual(
    new Set(Array.from({ length: BULK }, (_, n) => `Goodbye ${n}`)),
  );
  const user = names.get(me.id);
  expect(user).toEqual(expect.stringMatching(/^Test User/));
  for (const line of inBulk) expect(line).toMatchObject({ status: 'Bad Fit', user, how: bulkAction });
});

it('deleted leads are put back whole from the events, and nothing of them twice', async () => {
  const lead = await createFamily();
  await close.delete(`lead/${lead.id}`);

  const me = await close.get('me');
  const organizationId = String(listOf(me.organizations)[0]?.id);
  const { memberships } = await close.get(`organization/${organizationId}`, { _fields: 'memberships' });
  const activeUsers = new Set(listOf(memberships).map(({ user_id }) => user_id));

  const deletions = await close.get('event', { object_type: 'lead', action: 'deleted', lead_id: lead.id });
  const [deletion] = listOf(deletions.data);
  const restored = String((await close.post('lead', withoutId(deletion?.previous_data))).id);
  const newContacts = new Map<unknown, unknown>();
  const posted: Record<string, number> = {};
  for (const type of [
    'contact',
    'opportunity',
    'task.lead',
    'activity.call',
    'activity.note',
    'activity.sms',
  ]) {
    const events = await walkEvents(close, { object_type: type, action: 'deleted', lead_id: lead.id });
    for (const event of events) {
      const { contact_id: oldContact, user_id: user, ...rest } = withoutId(event.previous_data);
      const answer = await close.post(type.replace('task.lead', 'task').replace('.', '/'), {
        ...rest,
        ...(newContacts.has(oldContact) ? { contact_id: newContacts.get(oldContact) } : {}),
        ...(activeUsers.has(user) ? { user_id: user } : {}),
        ...(type === 'activity.call' ? { source: 'External' } : {}),
        lead_id: restored,
      });
      if (type === 'contact') newContacts.set(event.object_id, answer.id);
      posted[type] = (posted[type] ?? 0) + 1;
    }
  }
  const completed = await close.get('activity/task_completed', {
    _skip: '0',
    lead_id: restored,
    _fields: 'id',
  });
  expect(completed).toEqual({ data: [], has_more: false });

  expect(posted).toEqual({
    contact: 1,
    opportunity: 1,
    'task.lead': 1,
    'activity.call': 1,
    'activity.note': 1,
    'activity.sms': 1,
  });
  const contact = String([...newContacts.values()][0]);
  expect(await close.get(`lead/${restored}`)).toMatchObject({
    name: 'Kane Chemicals',
    status_label: 'Potential',
    addresses: [{ city: 'Gotham' }],
    [`custom.${lead.customField}`]: 'Trade show',
    contact_ids: [contact],
    contacts: [
      { name: 'Kate Kane', emails: [{ email: 'kate@kane.test' }], phones: [{ phone: '+16503334444' }] },
    ],
    opportunities: [{ contact_id: contact, value: 50_000, note: 'large', user_name: lead.userName }],
    tasks: [{ contact_id: contact, text: 'call back' }],
  });
  const activities = listOf((await close.get('activity', { lead_id: restored })).data);
  expect(activities.map(({ _type, contact_id }) => [_type, contact_id]).sort()).toEqual([
    ['Call', contact],
    ['Note', contact],
    ['SMS', contact],
  ]);
});

it('the events of a request are found by its id: the lead and all that went with it', async () => {
  const lead = await createFamily();
  const { headers } = await close.delete(`lead/${lead.id}`);
  const events = await walkEvents(close, { request_id: String(headers.get('x-request-id')) });
  expect(events.map(({ object_type, action }) => `${String(object_type)} ${String(action)}`).sort()).toEqual([
    'activity.call deleted',
    'activity.note deleted',
    'activity.sms deleted',
    'contact deleted',
    'lead deleted',
    'opportunity deleted',
    'task.lead deleted',
  ]);
  expect(new Set(events.map(({ lead_id }) => lead_id))).toEqual(new Set([lead.id]));
});

/** A lead with one of everything that the script puts back, made over the API. */
async function createFamily(): Promise<{
  readonly id: string;
  readonly customField: string;
  readonly userName: unknown;
}> {
  const label = 'Potential';
  const known = listOf((await close.get('status/lead')).data).find((status) => status.label === label);
  const status = known ?? (await close.post('status/lead', { label }));
  const fields = listOf((await close.get('custom_field/lead')).data);
  const field = fields[0] ?? (await close.post('custom_field/lead', { name: 'Source', type: 'text' }));
  const lead = await close.post('lead', {
    name: 'Kane Chemicals',
    status_id: status.id,
    addresses: [{ city: 'Gotham' }],
    [`custom.${String(field.id)}`]: 'Trade show',
    contacts: [
      { name: 'Kate Kane', emails: [{ email: 'kate@kane.test' }], phones: [{ phone: '+16503334444' }] },
    ],
  });
  const me = await close.get('me');
  const links = { lead_id: lead.id, contact_id: listOf(lead.contacts)[0]?.id };
  const opportunity = { ...links, value: 50_000, note: 'large', user_id: me.id };
  await close.post('opportunity', opportunity);
  await close.post('task', { ...links, text: 'call back' });
  await close.post('activity/call', { ...links, duration: 61, status: 'completed' });
  await close.post('activity/note', { ...links, note: 'likes bats' });
  await close.post('activity/sms', { ...links, text: 'hello', status: 'sent' });
  return { id: String(lead.id), customField: String(field.id), userName: me.display_name };
}

/** All pages of the event log, as the scripts walk them: the first cursor is empty. */
async function walkEvents(
  client: CloseStyleClient,
  filters: Readonly<Record<string, string>>,
): Promise<readonly Json[]> {
  const events: Json[] = [];
  let cursor = '';
  do {
    const page = await client.get('event', { ...filters, _cursor: cursor });
    events.push(...listOf(page.data));
    cursor = typeof page.cursor_next === 'string' ? page.cursor_next : '';
  } while (cursor !== '');
  return events;
}

function listOf(value: unknown): readonly Json[] {
  if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`);
  return value.map((item) => ({ ...Object(item) }));
}

function withoutId(previousData: unknown): Json {
  if (typeof previousData !== 'object' || previousData === null) throw new Error('there is no previous_data');
  const { id: _id, ...rest } = { ...previousData } as Json;
  return rest;
}
