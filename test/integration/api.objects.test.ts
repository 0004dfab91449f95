import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { type KyselyPlugin, sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  countRows,
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  insertLeadFamily,
  insertRow,
  itemsOf,
  PUBLIC_URL,
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
const make = async (path: string, body: unknown) => {
  const answer = await post(path, body);
  expect(answer.status, answer.text).toBe(200);
  return { ...answer, id: textOf(answer, 'id') };
};
const STAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);

describe('A lead', () => {
  it('is written with everything inside it, and read back the same, one by one and in the list.', async () => {
    const lead = await make('lead/', {
      name: 'Wayne Enterprises',
      url: 'https://wayne.test',
      addresses: [{ label: 'business', address_1: '1 Main', city: 'Gotham', state: 'NJ', country: 'US' }],
      contacts: [
        {
          name: 'Bruce Wayne',
          title: 'CEO',
          emails: [
            { email: 'bruce@wayne.test', type: 'office' },
            { email: 'bat@cave.test', type: 'home' },
          ],
          phones: [{ phone: '+16503334444' }],
          urls: [{ url: 'https://cave.test' }],
        },
        { name: 'Alfred' },
      ],
    });
    expect(lead.body).toMatchObject({
      id: expect.stringMatching(/^lead_\w{22}$/),
      organization_id: expect.stringMatching(/^orga_\w{22}$/),
      html_url: `${PUBLIC_URL}/api/v1/lead/${lead.id}/`,
      name: 'Wayne Enterprises',
      display_name: 'Wayne Enterprises',
      description: '',
      status_id: null,
      status_label: null,
      created_by: expect.stringMatching(/^user_\w{22}$/),
      date_created: STAMP,
      addresses: [{ label: 'business', address_1: '1 Main', address_2: null, city: 'Gotham', zipcode: null }],
      contacts: [
        {
          id: expect.stringMatching(/^cont_\w{22}$/),
          lead_id: lead.id,
          display_name: 'Bruce Wayne',
          emails: [
            { email: 'bruce@wayne.test', type: 'office', is_unsubscribed: false },
            { email: 'bat@cave.test', type: 'home', is_unsubscribed: false },
          ],
          phones: [{ phone: '+16503334444', phone_formatted: '+16503334444', type: 'office', country: null }],
          urls: [{ url: 'https://cave.test', type: 'url' }],
        },
        { name: 'Alfred', emails: [], phones: [], urls: [] },
      ],
      opportunities: [],
      tasks: [],
    });
    expect(lead.body.contact_ids).toEqual(partsOf(lead, 'contacts').map(({ id }) => id));
    expect(partsOf(lead, 'addresses')[0]).not.toHaveProperty('id');
    expect((await get(`lead/${lead.id}/`)).body).toEqual(lead.body);
    expect(itemsOf(await get('lead/'))).toEqual([lead.body]);
  });

  it('needs nothing at all.', async () => {
    expect((await make('lead/', {})).body).toMatchObject({ name: '', contacts: [] });
  });

  it('can be sent back as it was read: what is the server’s own is passed over.', async () => {
    const status_id = (await make('status/lead/', { label: 'Potential' })).id;
    const first = await make('lead/', {
      name: 'A',
      status_id,
      contacts: [{ name: 'B', emails: [{ email: 'b@c.d' }] }],
    });
    const second = await make('lead/', first.body);
    expect(second.id).not.toBe(first.id);
    expect(second.body).toMatchObject({
      name: 'A',
      status_label: 'Potential',
      contacts: [{ name: 'B', lead_id: second.id, emails: [{ email: 'b@c.d' }] }],
    });
    expect((await get(`lead/${first.id}/`)).body).toEqual(first.body);
  });

  it('shows its opportunities, and of its tasks those that are still to be done.', async () => {
    const { id } = await make('lead/', { name: 'A' });
    const opportunity = await make('opportunity/', { lead_id: id, value: 50_000 });
    const open = await make('task/', { lead_id: id, text: 'call' });
    await make('task/', { lead_id: id, text: 'called', is_complete: true });
    const { body } = await get(`lead/${id}/`);
    expect(body.opportunities).toEqual([opportunity.body]);
    expect(body.tasks).toEqual([open.body]);
  });

  it('counts only when it is asked to.', async () => {
    const { id } = await make('lead/', { contacts: [{}, {}], addresses: [{}] });
    expect((await get(`lead/${id}/`)).body).not.toHaveProperty('num_contacts');
    const { body } = await get(`lead/${id}/?_fields=num_contacts,addresses_count,num_tasks`);
    expect(body).toEqual({ num_contacts: 2, addresses_count: 1, num_tasks: 0 });
  });
});

describe('_fields', () => {
  it('leaves only what it names, and what it does not name is not read.', async () => {
    const { id } = await make('lead/', { name: 'A', contacts: [{ name: 'B' }] });
    expect((await get(`lead/${id}/?_fields=id,name`)).body).toEqual({ id, name: 'A' });
    const ids = (await get(`lead/${id}/?_fields=contact_ids`)).body;
    expect(ids).toEqual({ contact_ids: [expect.stringMatching(/^cont_/)] });
    expect((await get(`lead/${id}/?_fields=nothing`)).body).toEqual({});
    expect(itemsOf(await get('lead/?_fields=display_name&_fields=id'))).toEqual([{ id, display_name: 'A' }]);
  });
});

describe('PUT', () => {
  it('changes what it names and leaves the rest.', async () => {
    const other = await createOrganization(db);
    const { id, body } = await make('lead/', {
      name: 'A',
      url: 'https://a.test',
      addresses: [{ city: 'X' }],
    });
    const changed = await put(`lead/${id}/`, { name: 'B', url: null });
    expect(changed.body).toEqual({
      ...body,
      name: 'B',
      display_name: 'B',
      url: null,
      date_updated: expect.any(String),
    });
    expect(String(changed.body.date_updated) > String(body.date_updated)).toBe(true);
    expect((await get(`lead/${id}/`)).body).toEqual(changed.body);
    expect((await api.call(other.apiKey, 'PUT', `/api/v1/lead/${id}/`, { body: { name: 'C' } })).status).toBe(
      404,
    );
    expect((await get(`lead/${id}/`)).body).toEqual(changed.body);
  });

  it('with nothing, changes nothing but the stamp.', async () => {
    const { id, body } = await make('lead/', { name: 'A', contacts: [{}] });
    expect((await put(`lead/${id}/`, {})).body).toEqual({ ...body, date_updated: STAMP });
  });

  it('gives the parts of an object anew: those that it names, and an empty list takes all away.', async () => {
    const { id } = await make('contact/', {
      emails: [{ email: 'a@x.test' }, { email: 'b@x.test' }],
      phones: [{ phone: '1' }],
    });
    const changed = await put(`contact/${id}/`, { emails: [{ email: 'c@x.test' }] });
    expect(changed.body).toMatchObject({ emails: [{ email: 'c@x.test' }], phones: [{ phone: '1' }] });
    expect(partsOf(changed, 'emails')).toHaveLength(1);
    expect((await put(`contact/${id}/`, { emails: [] })).body).toMatchObject({
      emails: [],
      phones: [{ phone: '1' }],
    });
  });

  it('does not reach objects that have a URL of their own, and says where they are changed.', async () => {
    const { id } = await make('lead/', { contacts: [{ name: 'A' }] });
    expect(fieldErrors(await put(`lead/${id}/`, { contacts: [] }))).toEqual({
      contacts: 'Change contacts at /api/v1/contact/.',
    });
    expect(partsOf(await get(`lead/${id}/`), 'contacts')).toHaveLength(1);
  });

  it('leaves everything as it was when one thing is wrong.', async () => {
    const { id, body } = await make('lead/', { name: 'A', addresses: [{ city: 'X' }] });
    const answer = await put(`lead/${id}/`, { name: 'B', addresses: [{ city: 1 }, {}] });
    expect(fieldErrors(answer)).toEqual({ 'addresses[0].city': 'Must be a text.' });
    expect((await get(`lead/${id}/`)).body).toEqual(body);
  });
});

describe('A contact without a lead', () => {
  it.each([{ name: 'Bruce Wayne' }, { name: 'Bruce Wayne', lead_id: null }])(
    'makes one of its own name: %j',
    async (body) => {
      const contact = await make('contact/', body);
      const lead = await get(`lead/${contact.body.lead_id}/`);
      expect(lead.body).toMatchObject({ name: 'Bruce Wayne', contact_ids: [contact.id] });
    },
  );

  it('makes none when the contact itself is wrong.', async () => {
    const before = await countRows(db, 'lead');
    expect((await post('contact/', { emails: [{}] })).status).toBe(400);
    expect(await countRows(db, 'lead')).toBe(before);
  });

  it('is not what a contact with a lead is.', async () => {
    const { id } = await make('lead/', { name: 'A' });
    expect((await make('contact/', { lead_id: id })).body).toMatchObject({ lead_id: id, name: '' });
  });
});

it('Fields of what a record points at are shown with it.', async () => {
  const lead = await make('lead/', { name: 'Wayne' });
  const status = await make('status/opportunity/', { label: 'Lost', type: 'lost' });
  const opportunity = await make('opportunity/', {
    lead_id: lead.id,
    status_id: status.id,
    value: 123_45,
    value_period: 'monthly',
    confidence: 100,
    date_lost: '2026-02-28',
  });
  expect(opportunity.body).toMatchObject({
    lead_name: 'Wayne',
    status_label: 'Lost',
    status_type: 'lost',
    value: 12_345,
    value_period: 'monthly',
    confidence: 100,
    date_lost: '2026-02-28',
    date_won: null,
  });
});

describe('A list', () => {
  it('is the newest first, in pages.', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await make('lead/', { name: `${n}` })).id);
    const page = async (query: string) => {
      const answer = await get(`lead/?_fields=id&${query}`);
      return { ids: itemsOf(answer).map(({ id }) => id), more: answer.body.has_more };
    };
    expect(await page('')).toEqual({ ids, more: false });
    expect(await page('_limit=2')).toEqual({ ids: ids.slice(0, 2), more: true });
    expect(await page('_limit=1&_skip=2')).toEqual({ ids: ids.slice(2), more: false });
    expect(await page('_limit=0')).toEqual({ ids: [], more: true });
  });

  it('can be filtered by what a record points at, by choices and by yes or no.', async () => {
    const [a, b] = [(await make('lead/', {})).id, (await make('lead/', {})).id];
    const done = (await make('task/', { lead_id: a, is_complete: true })).id;
    const open = (await make('task/', { lead_id: a, _type: 'outgoing_call' })).id;
    const other = (await make('task/', { lead_id: b })).id;
    const idsOf = async (query: string) => itemsOf(await get(`task/?${query}`)).map(({ id }) => id);
    expect(await idsOf(`lead_id=${a}`)).toEqual([open, done]);
    expect(await idsOf(`lead_id=${decodeId('lead', b)}`)).toEqual([other]);
    expect(await idsOf(`lead_id=${a}&is_complete=true`)).toEqual([done]);
    expect(await idsOf('_type=outgoing_call')).toEqual([open]);
    expect(await idsOf('lead_id=lead_nothing')).toEqual([]);
    expect(await idsOf(`lead_id=cont_${a.slice(5)}`)).toEqual([]);
  });

  it.each([
    ['query', 'activity/?query=*'],
    ['name', 'lead/?name=x'],
    ['id__in', 'lead/?id__in=lead_1,lead_2'],
    ['lead_id', 'lead/?lead_id=x'],
    ['is_complete', 'task/?is_complete=yes'],
    ['_type', 'task/?_type=all'],
  ])('refuses a filter that it does not have: %s', async (name, path) => {
    expect(fieldErrors(await get(path))).toHaveProperty(name);
  });

  it('passes over parameters that only order or expand.', async () => {
    expect((await get('lead/?_order_by=-date_created&_expand=x')).status).toBe(200);
  });

  it('takes as many statements for fifty records as for one.', async () => {
    const counter = createStatementCounter();
    const counted = await createApi(db.withPlugin(counter));
    const statementsFor = async (limit: number) => {
      counter.reset();
      const answer = await counted.call(org.apiKey, 'GET', `/api/v1/lead/?_limit=${limit}`);
      expect(itemsOf(answer)).toHaveLength(limit);
      return counter.count();
    };
    for (let n = 0; n < 50; n++) await insertLeadFamily(db, org.organizationId);
    const forOne = await statementsFor(1);
    expect(forOne).toBeGreaterThan(5);
    expect(await statementsFor(50)).toBe(forOne);
  });
});

describe('DELETE', () => {
  it('answers 200 {}, takes what belongs to the record, and says which bulk delete has it on record.', async () => {
    const family = await insertLeadFamily(db, org.organizationId);
    const kept = await insertLeadFamily(db, org.organizationId);
    const answer = await api.call(org.apiKey, 'DELETE', `/api/v1/lead/${family.lead}/`);
    expect([answer.status, answer.text]).toEqual([200, '{}']);
    const bulkDelete = await get(`bulk_action/delete/${answer.headers['x-winnow-bulk-delete-id']}/`);
    expect(bulkDelete.body).toMatchObject({
      status: 'done',
      n_objects: 1,
      n_objects_deleted: 1,
      deleted_counts: { lead: 1, contact: 1, contact_email: 1, 'activity.note': 1, 'activity.call': 1 },
    });
    for (const path of [`lead/${family.lead}`, `contact/${family.contact}`, `activity/note/${family.note}`]) {
      expect((await get(path)).status).toBe(404);
    }
    expect((await get(`document/${family.document}/`)).body).toMatchObject({ lead_id: null });
    expect((await get(`lead/${kept.lead}/`)).status).toBe(200);
    expect((await get(`contact/${kept.contact}/`)).status).toBe(200);
  });

  it('a second time, or in another organization, is answered 404 and leaves nothing on record.', async () => {
    const family = await insertLeadFamily(db, org.organizationId);
    const other = await createOrganization(db);
    const before = await countRows(db, 'bulk_delete');
    const foreign = await api.call(other.apiKey, 'DELETE', `/api/v1/lead/${family.lead}/`);
    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual({ error: 'There is no lead with this id.' });
    expect(await countRows(db, 'bulk_delete')).toBe(before);
    expect((await api.call(org.apiKey, 'DELETE', `/api/v1/lead/${family.lead}/`)).status).toBe(200);
    expect((await api.call(org.apiKey, 'DELETE', `/api/v1/lead/${family.lead}/`)).status).toBe(404);
    expect(await countRows(db, 'bulk_delete')).toBe(before + 1);
  });

  it('of a record that somebody holds locked for long answers 202 with the bulk delete to ask for.', async () => {
    const impatient = await createApi(db, {
      engine: { synchronousMs: 100 },
    });
    const id = await insertRow(db, 'lead', { organization_id: org.organizationId });
    await db.transaction().execute(async (trx) => {
      await sql`select 1 from lead where id = ${id} for update`.execute(trx);
      const answer = await impatient.call(org.apiKey, 'DELETE', `/api/v1/lead/${id}/`);
      expect(answer.status, answer.text).toBe(202);
      expect(answer.body).toMatchObject({
        id: answer.headers['x-winnow-bulk-delete-id'],
        status: 'processing',
      });
    });
  });
});

describe('Statuses are listed and made in the shapes of Close', () => {
  it('of leads', async () => {
    const { id } = await make('status/lead/', { label: 'Potential' });
    const { body } = await get('status/lead/');
    expect(body).toEqual({ data: [expect.objectContaining({ id, label: 'Potential' })], has_more: false });
    expect(id).toMatch(/^stat_\w{22}$/);
    expect((await put(`status/lead/${id}/`, { label: 'Good' })).body).toMatchObject({ id, label: 'Good' });
  });

  it('of opportunities, which need a type', async () => {
    const { id } = await make('status/opportunity/', { label: 'Won', type: 'won' });
    expect(itemsOf(await get('status/opportunity/'))).toMatchObject([{ id, label: 'Won', type: 'won' }]);
    expect(fieldErrors(await post('status/opportunity/', { label: 'X' }))).toEqual({
      type: 'This field is required.',
    });
    expect(fieldErrors(await post('status/opportunity/', { label: '', type: 'open' }))).toEqual({
      label: 'Must not be empty.',
      type: 'Must be one of: active, won, lost.',
    });
  });
});

function partsOf({ body, text }: Answer, name: string): readonly Readonly<Record<string, unknown>>[] {
  const parts = body[name];
  if (!Array.isArray(parts)) throw new Error(`${name} is no list in ${text}`);
  return parts;
}

/** Counts the statements that go through a Kysely. */
function createStatementCounter(): KyselyPlugin & { count(): number; reset(): void } {
  let statements = 0;
  return {
    transformQuery({ node }) {
      statements += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
    count: () => statements,
    reset() {
      statements = 0;
    },
  };
}
