import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  idsOf,
  insertLeadFamily,
  insertRow,
  itemsOf,
  search,
  sortBy,
  type TestApi,
  type TestOrganization,
  textOf,
  walk,
} from '../support/index.ts';
import {
  about,
  ago,
  all,
  any,
  between,
  byId,
  not,
  now,
  query,
  related,
  text,
  where,
} from '../support/query-json.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
/** What the API takes for the present. */
let clock: Date;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db, { clock: () => clock });
});
beforeEach(async () => {
  clock = new Date('2026-03-31T12:00:00.000Z');
  org = await createOrganization(db);
});

type Row = Readonly<Record<string, unknown>>;
const find = (body: Row, headers?: Readonly<Record<string, string>>) =>
  search(api, org.apiKey, body, headers);
const walkAll = (body: Row, between?: (ids: readonly unknown[]) => Promise<void>) =>
  walk(api, org.apiKey, body, between);
const insertLead = async (row: Row = {}) =>
  encodeId('lead', await insertRow(db, 'lead', { organization_id: org.organizationId, ...row }));
const insertLeads = async (rows: readonly Row[]) => {
  const ids: string[] = [];
  for (const row of rows) ids.push(await insertLead(row));
  return ids;
};
async function deleteLead(name: string): Promise<void> {
  await sql`delete from lead where name = ${name} and organization_id = ${org.organizationId}`.execute(db);
}
const named = (name: string) => query('lead', where('lead.name', text('full_words', name)));
const leads = query('lead');

describe('Without anything but a query', () => {
  it('a search answers with the type and the id of each object, and no cursor at the end.', async () => {
    const [id] = await insertLeads([{ name: 'Acme' }, { name: 'Globex' }]);
    const answer = await find({ query: named('acme') });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ data: [{ __object_type: 'lead', id }], cursor: null });
  });

  it('ids are in order, at most 100, and a cursor leads on.', async () => {
    await insertLeads(Array.from({ length: 101 }, (_, n) => ({ name: `Lead ${n}` })));
    const first = await find({ query: leads });
    expect(idsOf(first)).toHaveLength(100);
    const second = await find({ query: leads, cursor: textOf(first, 'cursor') });
    expect(idsOf(second)).toHaveLength(1);
    expect(second.body.cursor).toBeNull();
    const ids = [...idsOf(first), ...idsOf(second)].map(String);
    expect(new Set(ids).size).toBe(101);
    expect(ids).toEqual([...ids].sort());
  });

  it('unknown keys are ignored.', async () => {
    const [id] = await insertLeads([{}]);
    const body = { query: leads, limit: null, skip: 3, _skip: 5, type: 'lead', _cursor: 'x' };
    expect(idsOf(await find(body))).toEqual([id]);
  });

  it('objects of other organizations never appear.', async () => {
    const [mine] = await insertLeads([{ name: 'Acme' }]);
    const other = await createOrganization(db);
    const theirs = await insertRow(db, 'lead', { organization_id: other.organizationId, name: 'Acme' });
    expect(await walkAll({ query: leads })).toEqual([mine]);
    expect(await walkAll({ query: all(text('full_words', 'acme')) })).toEqual([mine]);
    expect(await walkAll({ query: query('lead', byId(encodeId('lead', theirs))) })).toEqual([]);
    const counted = await find({ query: leads, include_counts: true, results_limit: 0 });
    expect(counted.body.count).toEqual({ limited: 0, total: 1 });
  });

  it('only a key that may read is taken.', async () => {
    const writer = await createOrganization(db, { scopes: ['write', 'delete'] });
    expect((await search(api, writer.apiKey, { query: leads })).status).toBe(403);
  });
});

describe('A walk over pages', () => {
  /** Values with ties and nulls, in an order that is neither theirs nor that of the ids. */
  const VALUES = [3, null, 1, 2, 2, null, 3, 1, 2, null, 10, -0.5];
  const STAMPS = [
    '2026-01-01T00:00:00.000001Z',
    '2026-01-01T00:00:00.000002Z',
    '2026-01-01T00:00:00.000001Z',
    '0999-12-31T23:59:59.999999Z',
    '2026-01-01T00:00:00Z',
    'infinity',
  ];

  const addCustom = async (type: string, extra: Row = {}) =>
    textOf(
      await api.call(org.apiKey, 'POST', '/api/v1/custom_field/lead/', {
        body: { name: `Field ${type}`, type, ...extra },
      }),
      'id',
    );
  const customSort = (id: string, direction: string) => [
    { direction, field: { type: 'custom_field', custom_field_id: id } },
  ];

  /** Walks in pages of every small size, and compares with one page that holds all. */
  async function expectSameWalk(body: Row): Promise<readonly unknown[]> {
    const whole = idsOf(await find({ ...body, _limit: 200 }));
    for (const size of [1, 2, 3, 5]) {
      expect(await walkAll({ ...body, _limit: size }), `pages of ${size}`).toEqual(whole);
    }
    return whole;
  }

  it.each(['asc', 'desc'])('by a number, %s, keeps ties by id and puts nulls last.', async (direction) => {
    const field = await addCustom('number');
    const made: { id: unknown; value: number | null }[] = [];
    for (const value of VALUES) {
      const body = { name: 'A', ...(value === null ? {} : { [`custom.${field}`]: value }) };
      const lead = await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body });
      made.push({ id: lead.body.id, value });
    }
    const sign = direction === 'asc' ? 1 : -1;
    const rank = (value: number | null) => (value === null ? Number.MAX_VALUE : sign * value);
    const expected = made.toSorted((a, b) => rank(a.value) - rank(b.value)).map(({ id }) => id);
    expect(await expectSameWalk({ query: leads, sort: customSort(field, direction) })).toEqual(expected);
  });

  it.each(['asc', 'desc'] as const)('by a moment, %s, is exact to the microsecond.', async (direction) => {
    await insertLeads(STAMPS.map((date_created) => ({ date_created })));
    const { rows } = await sql<{ id: string }>`
      select id from lead where organization_id = ${org.organizationId}
      order by date_created ${sql.raw(direction)}, id
    `.execute(db);
    const found = await expectSameWalk({ query: leads, sort: [sortBy('lead', 'date_created', direction)] });
    expect(found).toEqual(rows.map(({ id }) => encodeId('lead', id)));
  });

  it.each(['asc', 'desc'] as const)('by a text, %s, is in the order of the database.', async (direction) => {
    const names = ['b', 'B', 'a', '', "x' or 1=1 --", 'é', 'e', 'a', '', 'Z', '😀', 'a\u0301'];
    await insertLeads(names.map((name) => ({ name })));
    const { rows } = await sql<{ id: string }>`
      select id from lead where organization_id = ${org.organizationId}
      order by name ${sql.raw(direction)}, id
    `.execute(db);
    const found = await expectSameWalk({ query: leads, sort: [sortBy('lead', 'name', direction)] });
    expect(found).toEqual(rows.map(({ id }) => encodeId('lead', id)));
  });

  it('by a date, a choice and custom fields of each kind leaves nothing out and repeats nothing.', async () => {
    const values: Readonly<Record<string, readonly unknown[]>> = {
      text: ['b', 'a', 'b', ''],
      date: ['2026-01-02', '2026-01-01', '2026-01-02', '1999-12-31'],
      datetime: [
        '2026-01-01T00:00:00Z',
        '2025-12-31T23:00:00-01:00',
        '2026-01-01T00:00:00.001Z',
        '2020-01-01T00:00:00Z',
      ],
      choices: ['b', 'a', 'b', 'a'],
    };
    const fields = new Map<string, string>();
    for (const type of Object.keys(values)) {
      fields.set(type, await addCustom(type, type === 'choices' ? { choices: ['a', 'b'] } : {}));
    }
    for (let n = 0; n < 8; n += 1) {
      const custom = [...fields].flatMap(([type, id]) =>
        n % 2 === 0 ? [[`custom.${id}`, values[type]?.[n / 2]]] : [],
      );
      const lead = await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body: Object.fromEntries(custom) });
      const body = {
        lead_id: lead.body.id,
        date_won: n % 3 === 0 ? null : `2026-0${1 + (n % 2)}-01`,
        value_period: n % 3 === 1 ? null : ['annual', 'monthly'][n % 2],
        value: n % 4 === 0 ? null : n % 2,
      };
      expect((await api.call(org.apiKey, 'POST', '/api/v1/opportunity/', { body })).status).toBe(200);
    }
    for (const direction of ['asc', 'desc'] as const) {
      for (const id of fields.values()) {
        expect(new Set(await expectSameWalk({ query: leads, sort: customSort(id, direction) })).size).toBe(8);
      }
      const opportunities = query('opportunity');
      for (const name of ['date_won', 'value_period', 'value', 'note']) {
        const sort = [sortBy('opportunity', name, direction)];
        expect(new Set(await expectSameWalk({ query: opportunities, sort })).size).toBe(8);
      }
      const several = [
        sortBy('opportunity', 'date_won', direction),
        sortBy('opportunity', 'value_period', 'desc'),
        sortBy('opportunity', 'value', 'asc'),
      ];
      expect(new Set(await expectSameWalk({ query: opportunities, sort: several })).size).toBe(8);
    }
  });

  it('by what is worked out from other records goes on where it was.', async () => {
    for (let n = 0; n < 6; n += 1) {
      const contacts = Array.from({ length: n % 3 }, () => ({ name: 'B' }));
      await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body: { name: 'A', contacts } });
    }
    const sort = [sortBy('lead', 'num_contacts', 'desc'), sortBy('lead', 'last_communication_date', 'asc')];
    expect(new Set(await expectSameWalk({ query: leads, sort })).size).toBe(6);
  });

  it('takes what is left when objects of earlier and later pages are deleted.', async () => {
    await insertLeads(['a', 'b', 'b', 'c', 'd', 'e'].map((name) => ({ name })));
    const body = { query: leads, sort: [sortBy('lead', 'name', 'asc')] };
    const whole = idsOf(await find(body));
    const steps = [['a', 'd'], []];
    const found = await walkAll({ ...body, _limit: 2 }, async () => {
      for (const name of steps.shift() ?? []) await deleteLead(name);
    });
    expect(found).toEqual(whole.filter((_, index) => index !== 4));
  });

  it('goes on although the last object of a page is gone.', async () => {
    await insertLeads([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const body = { query: leads, sort: [sortBy('lead', 'name', 'asc')], _limit: 1 };
    const names = ['a', 'b'];
    expect(await walkAll(body, () => deleteLead(names.shift() ?? ''))).toHaveLength(3);
  });

  it('takes objects that come in after the cursor, and none that come in before it.', async () => {
    await insertLeads([{ name: 'b' }, { name: 'd' }]);
    const late: string[] = [];
    const body = { query: leads, sort: [sortBy('lead', 'name', 'asc')], _limit: 1 };
    const found = await walkAll(body, async (ids) => {
      if (ids.length === 1) late.push(await insertLead({ name: 'a' }), await insertLead({ name: 'c' }));
    });
    expect(found).toHaveLength(3);
    expect(found).toContain(late[1]);
    expect(found).not.toContain(late[0]);
  });

  it('has no wall: ten thousand objects and more are walked to the end.', async () => {
    await sql`
      insert into lead (id, organization_id, name)
      select gen_random_uuid(), ${org.organizationId}, 'Many' from generate_series(1, 10150)
    `.execute(db);
    const found = await walkAll({ query: leads, sort: [sortBy('lead', 'name', 'desc')], _limit: 200 });
    expect(new Set(found).size).toBe(10_150);
  });

  it('keeps the moment of its first page, so that relative dates do not move.', async () => {
    const created = (minute: number) => ({ date_created: new Date(clock.getTime() - minute * 60_000) });
    await insertLeads([created(50), created(30), created(10)]);
    const lastHour = where('lead.date_created', between(ago({ hours: 1 }), now));
    const found = await walkAll({ query: query('lead', lastHour), _limit: 1 }, async () => {
      clock = new Date(clock.getTime() + 4 * 60_000 + 50_000);
    });
    expect(found).toHaveLength(3);
    clock = new Date(clock.getTime() + 60 * 60_000);
    expect(idsOf(await find({ query: query('lead', lastHour) }))).toEqual([]);
  });

  it('may show other fields, other sizes and counts on each page.', async () => {
    const ids = await insertLeads([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const first = await find({ query: leads, _limit: 1 });
    const second = await find({
      query: leads,
      _limit: 2,
      _fields: { lead: ['name'] },
      include_counts: true,
      cursor: textOf(first, 'cursor'),
    });
    expect(second.body).toEqual({
      data: [
        { __object_type: 'lead', id: ids[1], name: 'b' },
        { __object_type: 'lead', id: ids[2], name: 'c' },
      ],
      cursor: null,
      count: { limited: 3, total: 3 },
    });
  });
});

describe('A results limit', () => {
  it('bounds all pages together.', async () => {
    const ids = await insertLeads(Array.from({ length: 7 }, (_, n) => ({ name: `${n}` })));
    for (const [limit, size] of [
      [5, 2],
      [4, 2],
      [3, 200],
      [7, 3],
      [50, 3],
    ] as const) {
      const found = await walkAll({ query: leads, results_limit: limit, _limit: size });
      expect(found).toEqual(ids.slice(0, limit));
    }
  });

  it('of 0 is the way to count: no objects, and how many there are.', async () => {
    const status = await insertRow(db, 'lead_status', { organization_id: org.organizationId, label: 'Bad' });
    await insertLeads([{ status_id: status }, { status_id: status }, {}]);
    const condition = {
      type: 'reference',
      reference_type: 'status.lead',
      object_ids: [encodeId('stat', status)],
    };
    const answer = await find({
      query: query('lead', where('lead.status_id', condition)),
      results_limit: 0,
      include_counts: true,
    });
    expect(answer.body).toEqual({ data: [], cursor: null, count: { limited: 0, total: 2 } });
  });

  it('is what `limited` is bounded by; without include_counts nothing is counted.', async () => {
    await insertLeads([{}, {}, {}]);
    const count = async (rest: Row) => (await find({ query: leads, ...rest })).body.count;
    expect(await count({ include_counts: true })).toEqual({ limited: 3, total: 3 });
    expect(await count({ include_counts: true, results_limit: 2 })).toEqual({ limited: 2, total: 3 });
    expect(await count({ include_counts: true, _limit: 0 })).toEqual({ limited: 3, total: 3 });
    expect(await count({})).toBeUndefined();
  });

  it('a page of 0 gives no objects and no cursor.', async () => {
    await insertLeads([{}]);
    expect((await find({ query: leads, _limit: 0 })).body).toEqual({ data: [], cursor: null });
  });
});

describe('A query without an object type', () => {
  it('finds objects of all types, one type after the other, page by page.', async () => {
    const family = await insertLeadFamily(db, org.organizationId);
    await insertLeadFamily(db, org.organizationId);
    const mixed = { query: all() };
    const answer = await find({ ...mixed, _limit: 200, include_counts: true });
    const types = itemsOf(answer).map(({ __object_type }) => __object_type);
    expect(types).toEqual(
      expect.arrayContaining(['lead', 'contact', 'opportunity', 'task', 'activity.note']),
    );
    expect([...new Set(types)]).toEqual(types.filter((type, index) => types[index - 1] !== type));
    expect(answer.body.count).toEqual({ limited: types.length, total: types.length });
    expect(idsOf(answer)).toContain(encodeId('lead', family.lead));
    for (const size of [1, 2, 3]) expect(await walkAll({ ...mixed, _limit: size })).toEqual(idsOf(answer));
    expect(await walkAll({ ...mixed, results_limit: 5, _limit: 2 })).toEqual(idsOf(answer).slice(0, 5));
  });

  it('with a field of one type finds objects of that type only, also negated.', async () => {
    await insertLeadFamily(db, org.organizationId);
    const condition = where('contact.title', text('full_words', 'ceo'));
    expect(itemsOf(await find({ query: condition }))).toMatchObject([{ __object_type: 'contact' }]);
    expect(itemsOf(await find({ query: not(condition) }))).toEqual([]);
  });

  it('shows the fields of each type.', async () => {
    await insertLeadFamily(db, org.organizationId);
    const answer = await find({
      query: any(where('lead.name', { type: 'exists' }), where('contact.title', { type: 'exists' })),
      _fields: { lead: ['name'], contact: ['title', 'lead_id'], task: ['text'] },
    });
    expect(itemsOf(answer)).toEqual([
      { __object_type: 'lead', id: expect.stringMatching(/^lead_/), name: 'Wayne Enterprises' },
      {
        __object_type: 'contact',
        id: expect.stringMatching(/^cont_/),
        title: 'CEO',
        lead_id: expect.stringMatching(/^lead_/),
      },
    ]);
  });

  it('cannot be sorted by a field.', async () => {
    const answer = await find({ query: all(), sort: [sortBy('lead', 'name', 'asc')] });
    expect(fieldErrors(answer)).toEqual({ sort: expect.stringContaining('object_type') });
  });
});

describe('_fields', () => {
  it('shows fields as the object itself does: parts, ids of parts, counts and custom fields too.', async () => {
    const custom = textOf(
      await api.call(org.apiKey, 'POST', '/api/v1/custom_field/lead/', {
        body: { name: 'Source', type: 'text' },
      }),
      'id',
    );
    const lead = await api.call(org.apiKey, 'POST', '/api/v1/lead/', {
      body: {
        name: 'Acme',
        contacts: [{ name: 'Wile', emails: [{ email: 'w@acme.test' }] }],
        addresses: [{ city: 'Gotham' }],
        [`custom.${custom}`]: 'fair',
      },
    });
    const names = [
      'organization_id',
      'html_url',
      'name',
      'date_created',
      'status_label',
      'contacts',
      'contact_ids',
      'addresses',
      'num_contacts',
    ];
    const one = await api.call(
      org.apiKey,
      'GET',
      `/api/v1/lead/${lead.body.id}/?_fields=id,${names.join(',')},custom.${custom}`,
    );
    for (const customName of [`custom.${custom}`, 'custom']) {
      const answer = await find({ query: leads, _fields: { lead: [...names, customName] } });
      expect(itemsOf(answer)).toEqual([{ __object_type: 'lead', ...one.body }]);
    }
    expect(one.body).toMatchObject({ num_contacts: 1, [`custom.${custom}`]: 'fair' });
  });

  it('shows parts that have no URL of their own.', async () => {
    await insertLeadFamily(db, org.organizationId);
    const answer = await find({ query: query('contact_email'), _fields: { contact_email: ['email'] } });
    expect(itemsOf(answer)).toMatchObject([{ __object_type: 'contact_email', email: 'bruce@wayne.test' }]);
  });

  it.each([
    ['a field', { lead: ['id', 'nam'] }, '_fields.lead[1]', 'Did you mean "name"?'],
    ['an object type', { leed: ['id'] }, '_fields.leed', 'Did you mean "lead"?'],
    ['a custom field', { lead: ['custom.cf_0000000000000000000001'] }, '_fields.lead[0]', 'no field'],
    ['a field of another type', { contact: ['status_id'] }, '_fields.contact[0]', 'no field'],
    ['a name of Object', { constructor: ['id'] }, '_fields.constructor', 'no object type'],
    ['something that is no list', { lead: 'id' }, '_fields.lead', 'a list'],
  ])('with %s that is not known is refused.', async (_, fields, path, sentence) => {
    const errors = fieldErrors(await find({ query: leads, _fields: fields }));
    expect(errors).toEqual({ [path]: expect.stringContaining(sentence) });
  });
});

describe('A cursor', () => {
  const first = async (body: Row = {}) => {
    await insertLeads([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    return textOf(await find({ query: leads, _limit: 1, ...body }), 'cursor');
  };
  const wait = (seconds: number) => {
    clock = new Date(clock.getTime() + seconds * 1000);
  };

  it('expires after five minutes, in the words of Close; each page gives a new one.', async () => {
    const cursor = await first();
    wait(299);
    const second = await find({ query: leads, _limit: 1, cursor });
    expect(second.status).toBe(200);
    wait(1);
    const late = await find({ query: leads, _limit: 1, cursor });
    expect(late.status).toBe(400);
    expect(late.body).toEqual({ error: 'Expired cursor' });
    wait(298);
    expect((await find({ query: leads, _limit: 1, cursor: textOf(second, 'cursor') })).status).toBe(200);
  });

  it('gives the same page as often as it is sent.', async () => {
    const cursor = await first();
    const again = await find({ query: leads, _limit: 1, cursor });
    expect((await find({ query: leads, _limit: 1, cursor })).body.data).toEqual(again.body.data);
  });

  it('is taken when the query says the same in other words.', async () => {
    const cursor = await first();
    const written = { negate: false, queries: [{ object_type: 'lead', type: 'object_type' }], type: 'and' };
    expect((await find({ query: written, sort: null, _limit: 1, cursor })).status).toBe(200);
  });

  it.each([
    ['another query', { query: named('a') }, {}],
    ['another object type', { query: query('contact') }, {}],
    ['another order', { query: leads, sort: [sortBy('lead', 'name', 'asc')] }, {}],
    ['another results limit', { query: leads, results_limit: 10 }, {}],
    ['another time zone', { query: leads }, { 'x-tz-offset': '1' }],
  ])('is refused with %s.', async (_, body, headers) => {
    const errors = fieldErrors(await find({ ...body, cursor: await first() }, headers));
    expect(errors).toEqual({ cursor: expect.stringContaining('another search') });
  });

  it('of another organization is refused.', async () => {
    const cursor = await first();
    const other = await createOrganization(db);
    const answer = await search(api, other.apiKey, { query: leads, cursor });
    expect(fieldErrors(answer)).toEqual({ cursor: expect.stringContaining('another search') });
  });

  it.each([
    ['nonsense', 'x'],
    ['not signed', 'eyJhbGciOiJub25lIn0.eyJhdWQiOiJjdXJzb3IifQ.'],
    ['very long', 'x'.repeat(100_000)],
  ])('that is %s is refused.', async (_, cursor) => {
    const errors = fieldErrors(await find({ query: leads, cursor }));
    expect(errors).toEqual({ cursor: expect.stringContaining('no cursor') });
  });

  it('that was changed is refused, wherever.', async () => {
    const cursor = await first();
    const [header, payload = '', signature] = cursor.split('.');
    const content = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const changed = Buffer.from(
      JSON.stringify({ ...content, exp: content.exp + 10_000, w: { ...content.w, nGiven: 0 } }),
    ).toString('base64url');
    for (const forged of [
      `${header}.${changed}.${signature}`,
      `${header}.${payload}.${signature?.slice(2)}`,
      `${header}.${payload}`,
    ]) {
      const errors = fieldErrors(await find({ query: leads, cursor: forged }));
      expect(errors).toEqual({ cursor: expect.stringContaining('no cursor') });
    }
  });

  it('that is null begins at the beginning; one of another JSON type is refused.', async () => {
    await first();
    expect((await find({ query: leads, cursor: null })).status).toBe(200);
    expect(fieldErrors(await find({ query: leads, cursor: 7 }))).toHaveProperty('cursor');
  });
});

describe('What is wrong is answered with its path', () => {
  it.each([
    ['no query', {}, 'query', 'required'],
    ['null', { query: null }, 'query', 'required'],
    ['a body of a bulk delete', { s_query: leads }, 's_query', '"query"'],
    ['both', { query: leads, s_query: leads }, 's_query', '"query"'],
    ['a text query', { query: 'acme' }, 'query', 'text language'],
    ['a Smart View', { query: { query: leads, sort: [] } }, 'query', 'bare query'],
    ['an unknown node', { query: all({ type: 'nope' }) }, 'query.queries[0].type', 'nope'],
    [
      'an unknown field',
      { query: all(about('lead'), where('lead.nam', text('phrase', 'a'))) },
      'query.queries[1].field.field_name',
      'Did you mean',
    ],
    [
      'an unknown sort',
      { query: leads, sort: [sortBy('lead', 'nam', 'asc')] },
      'sort[0].field.field_name',
      'Did you mean',
    ],
    ['a page that is too large', { query: leads, _limit: 201 }, '_limit', '200'],
    ['a page below 0', { query: leads, _limit: -1 }, '_limit', '0'],
    ['a limit that is no integer', { query: leads, results_limit: 1.5 }, 'results_limit', 'integer'],
    ['a limit as text', { query: leads, results_limit: '5' }, 'results_limit', 'integer'],
    [
      'a count that is no boolean',
      { query: leads, include_counts: 'yes' },
      'include_counts',
      'true or false',
    ],
  ])('%s', async (_, body, path, sentence) => {
    expect(fieldErrors(await find(body))).toEqual({ [path]: expect.stringContaining(sentence) });
  });

  it('a time zone that is none', async () => {
    expect(fieldErrors(await find({ query: leads }, { 'x-tz-offset': 'CET' }))).toHaveProperty('x-tz-offset');
  });
});

it('x-tz-offset says where local days begin, and current_user is the user of the key.', async () => {
  const [late, mine] = await insertLeads([
    { date_created: '2026-03-30T22:30:00Z' },
    { date_created: '2026-01-01T00:00:00Z', created_by: org.userId },
  ]);
  const today = { type: 'start_end_of_predefined_relative_period', range: 'today', which: 'start' };
  const body = { query: query('lead', where('lead.date_created', between(today, null))) };
  expect(idsOf(await find(body))).toEqual([]);
  expect(idsOf(await find(body, { 'x-tz-offset': '2' }))).toEqual([late]);
  const own = query('lead', where('lead.created_by', { type: 'current_user' }));
  expect(idsOf(await find({ query: own }))).toEqual([mine]);
});

it('A search that takes too long is ended, with an answer that says so.', async () => {
  const hasty = await createApi(db, { settings: { search: { timeoutMs: 1 } } });
  await sql`
    insert into lead (id, organization_id, name)
    select gen_random_uuid(), ${org.organizationId}, 'Many' from generate_series(1, 20000)
  `.execute(db);
  const contacts = related('lead > contact', where('contact.name', { type: 'exists' }));
  const body = { query: query('lead', not(contacts)), include_counts: true };
  const answer = await search(hasty, org.apiKey, body);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ errors: [expect.stringContaining('took longer')], 'field-errors': {} });
});
