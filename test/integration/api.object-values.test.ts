import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  countRows,
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  insertLeadFamily,
  type TestApi,
  type TestOrganization,
  textOf,
  waitFor,
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

const post = (path: string, body: unknown) => api.call(org.apiKey, 'POST', `/api/v1/${path}`, { body });
const put = (path: string, body: unknown) => api.call(org.apiKey, 'PUT', `/api/v1/${path}`, { body });

describe('A value is taken and shown as', () => {
  it.each([
    ['a text', 'lead/', 'name', '', ''],
    ['a text with spaces around it', 'lead/', 'name', ' x ', ' x '],
    ['an amount', 'opportunity/', 'value', 0, 0],
    ['an amount below 0', 'opportunity/', 'value', -1, -1],
    ['an amount beyond 32 bits', 'opportunity/', 'value', 3_000_000_000, 3_000_000_000],
    ['the largest exact amount', 'opportunity/', 'value', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['a whole number with a point', 'opportunity/', 'value', 5.0, 5],
    ['the lowest confidence', 'opportunity/', 'confidence', 0, 0],
    ['the highest confidence', 'opportunity/', 'confidence', 100, 100],
    ['a leap day', 'opportunity/', 'date_won', '2024-02-29', '2024-02-29'],
    ['the first day', 'opportunity/', 'date_won', '0001-01-01', '0001-01-01'],
    ['the last day', 'opportunity/', 'date_won', '9999-12-31', '9999-12-31'],
    ['a choice', 'opportunity/', 'value_period', 'annual', 'annual'],
    [
      'a moment',
      'activity/note/',
      'activity_at',
      '2026-01-31T09:30:00.125Z',
      '2026-01-31T09:30:00.125000+00:00',
    ],
    [
      'a moment elsewhere',
      'activity/note/',
      'activity_at',
      '2026-01-31T00:30:00+05:45',
      '2026-01-30T18:45:00.000000+00:00',
    ],
    [
      'a moment without an offset',
      'activity/note/',
      'activity_at',
      '2026-01-31T09:30:00',
      '2026-01-31T09:30:00.000000+00:00',
    ],
    [
      'a moment with microseconds',
      'activity/note/',
      'activity_at',
      '2026-01-31T09:30:00.123456+00:00',
      '2026-01-31T09:30:00.123000+00:00',
    ],
    ['yes', 'activity/note/', 'pinned', true, true],
    ['a list of texts', 'activity/email/', 'to', ['a@x.test', 'b,"{}\\'], ['a@x.test', 'b,"{}\\']],
    ['an empty list', 'activity/email/', 'cc', [], []],
    ['null for a list', 'activity/email/', 'bcc', null, []],
    [
      'any JSON',
      'activity/form_submission/',
      'values',
      { a: [1, null, { b: 'c' }] },
      { a: [1, null, { b: 'c' }] },
    ],
    ['a JSON list', 'activity/form_submission/', 'values', [], []],
    ['a JSON text', 'activity/form_submission/', 'values', 'x', 'x'],
  ])('%s: %s %s = %j', async (_name, path, field, given, shown) => {
    const answer = await post(path, { lead_id: leadId, [field]: given });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body[field]).toEqual(shown);
    const again = await put(`${path}${textOf(answer, 'id')}/`, { [field]: given });
    expect(again.body[field]).toEqual(shown);
  });
});

describe('A value is refused, by POST and by PUT, with its field:', () => {
  it.each([
    ['opportunity/', 'value', '5', 'Must be an integer.'],
    ['opportunity/', 'value', 1.5, 'Must be an integer.'],
    ['opportunity/', 'value', 2 ** 53, 'Must be an integer.'],
    ['opportunity/', 'value', true, 'Must be an integer.'],
    ['opportunity/', 'confidence', 101, 'Is outside of what is allowed.'],
    ['opportunity/', 'confidence', -1, 'Is outside of what is allowed.'],
    ['opportunity/', 'confidence', 2 ** 31, 'This number is too large.'],
    ['opportunity/', 'date_won', '2026-02-29', 'Must be a date: YYYY-MM-DD.'],
    ['opportunity/', 'date_won', '2026-13-01', 'Must be a date: YYYY-MM-DD.'],
    ['opportunity/', 'date_won', '0000-01-01', 'Must be a date: YYYY-MM-DD.'],
    ['opportunity/', 'date_won', '2026-1-1', 'Must be a date: YYYY-MM-DD.'],
    ['opportunity/', 'date_won', '2026-01-01T00:00:00', 'Must be a date: YYYY-MM-DD.'],
    ['opportunity/', 'date_won', 'infinity', 'Must be a date: YYYY-MM-DD.'],
    ['opportunity/', 'date_won', 20_260_101, 'Must be a date: YYYY-MM-DD.'],
    ['opportunity/', 'value_period', 'weekly', 'Must be one of: one_time, monthly, annual.'],
    ['opportunity/', 'value_period', ['monthly'], 'Must be one of: one_time, monthly, annual.'],
    ['opportunity/', 'note', 5, 'Must be a text.'],
    ['opportunity/', 'note', { text: 'x' }, 'Must be a text.'],
    ['activity/note/', 'activity_at', 'yesterday', expect.stringContaining('ISO 8601')],
    ['activity/note/', 'activity_at', '2026-02-30T00:00:00Z', expect.stringContaining('ISO 8601')],
    ['activity/note/', 'activity_at', '2026-01-01T24:00:00Z', expect.stringContaining('ISO 8601')],
    ['activity/note/', 'activity_at', '2026-01-01T00:60:00Z', expect.stringContaining('ISO 8601')],
    ['activity/note/', 'activity_at', '2026-01-01T00:00:00+99:99', expect.stringContaining('ISO 8601')],
    ['activity/note/', 'activity_at', '0001-01-01T00:00:00+14:00', expect.stringContaining('ISO 8601')],
    ['activity/note/', 'activity_at', '9999-12-31T23:59:59-14:00', expect.stringContaining('ISO 8601')],
    ['activity/note/', 'activity_at', 1_700_000_000, expect.stringContaining('ISO 8601')],
    ['activity/note/', 'pinned', 'true', 'Must be true or false.'],
    ['activity/note/', 'pinned', 1, 'Must be true or false.'],
    ['activity/call/', 'duration', 2 ** 31, 'This number is too large.'],
    ['activity/email/', 'to', 'a@x.test', 'Must be a list of texts.'],
    ['activity/email/', 'to', ['a@x.test', null], 'Must be a list of texts.'],
    ['activity/email/', 'to', { 0: 'a@x.test' }, 'Must be a list of texts.'],
  ])('%s %s = %j', async (path, field, given, sentence) => {
    const before = await countRows(db, 'activity');
    const made = await post(path, { lead_id: leadId, [field]: given });
    expect(fieldErrors(made)).toEqual({ [field]: sentence });
    expect(await countRows(db, 'activity')).toBe(before);
    const { id } = (await post(path, { lead_id: leadId })).body;
    expect(fieldErrors(await put(`${path}${id}/`, { [field]: given }))).toEqual({ [field]: sentence });
  });

  it('null where a record must have a value, by PUT; a POST takes it for nothing said.', async () => {
    const made = await post('opportunity/', { note: null, value_period: null });
    expect(made.body).toMatchObject({ note: '', value_period: 'one_time' });
    const id = textOf(made, 'id');
    expect(fieldErrors(await put(`opportunity/${id}/`, { note: null }))).toEqual({
      note: 'Must not be null.',
    });
    const task = textOf(await post('task/', { lead_id: leadId }), 'id');
    expect(fieldErrors(await put(`task/${task}/`, { lead_id: null }))).toEqual({
      lead_id: 'Must not be null.',
    });
  });

  it('what is required and missing, or blank.', async () => {
    expect(fieldErrors(await post('task/', { text: 'x' }))).toEqual({ lead_id: 'This field is required.' });
    expect(fieldErrors(await post('document/', { name: ' ' }))).toEqual({ name: 'Must not be empty.' });
    expect(fieldErrors(await post('document/', { name: null }))).toEqual({ name: 'This field is required.' });
  });
});

it('Every wrong field of a nested body is named at once, by its path.', async () => {
  const errors = fieldErrors(
    await post('lead/', {
      name: 1,
      addresses: 'none',
      contacts: [
        { name: 'fine', emails: [{ email: 'a@x.test' }] },
        { name: {}, emails: [{ type: 'home' }, 'x', { email: 5, is_unsubscribed: 'no' }], phones: {} },
        null,
      ],
    }),
  );
  expect(errors).toEqual({
    name: 'Must be a text.',
    addresses: 'Must be a list.',
    'contacts[1].name': 'Must be a text.',
    'contacts[1].emails[0].email': 'This field is required.',
    'contacts[1].emails[1]': 'Must be an object.',
    'contacts[1].emails[2].email': 'Must be a text.',
    'contacts[1].emails[2].is_unsubscribed': 'Must be true or false.',
    'contacts[1].phones': 'Must be a list.',
    'contacts[2]': 'Must be an object.',
  });
});

describe('A reference', () => {
  const MISSING_LEAD = 'There is no lead with this id.';

  it('to another organization’s record reads like one to a record that never was, and writes nothing.', async () => {
    const other = await createOrganization(db);
    const foreign = await insertLeadFamily(db, other.organizationId);
    const before = await countRows(db, 'contact');
    const lead = await api.call(other.apiKey, 'GET', `/api/v1/lead/${foreign.lead}/`);
    for (const lead_id of [
      foreign.lead,
      lead.body.id,
      '019b0000-0000-7000-8000-000000000000',
      'lead_',
      'x',
      5,
      [],
      '',
    ]) {
      const answer = await post('contact/', { name: 'x', lead_id });
      expect(answer.body).toEqual({ errors: [], 'field-errors': { lead_id: MISSING_LEAD } });
    }
    expect(await countRows(db, 'contact')).toBe(before);
  });

  it.each([
    ['opportunity/', 'contact_id', 'There is no contact with this id.'],
    ['opportunity/', 'status_id', 'There is no opportunity status with this id.'],
    ['opportunity/', 'user_id', 'There is no user with this id.'],
    ['lead/', 'status_id', 'There is no lead status with this id.'],
    ['lead/', 'campaign_id', 'There is no campaign with this id.'],
    ['task/', 'assigned_to', 'There is no user with this id.'],
    ['activity/note/', 'opportunity_id', 'There is no opportunity with this id.'],
    ['document/', 'contact_id', 'There is no contact with this id.'],
  ])('%s %s to another organization is refused by POST and by PUT', async (path, field, sentence) => {
    const other = await createOrganization(db);
    const theirs = await foreignIdFor(other, field);
    const body = { name: 'x', lead_id: leadId };
    expect(fieldErrors(await post(path, { ...body, [field]: theirs }))).toEqual({ [field]: sentence });
    const { id } = (await post(path, body)).body;
    expect(fieldErrors(await put(`${path}${id}/`, { [field]: theirs }))).toEqual({ [field]: sentence });
  });

  it('is taken as a prefixed id or a plain UUID, and shown prefixed.', async () => {
    const family = await insertLeadFamily(db, org.organizationId);
    const byUuid = await post('opportunity/', { lead_id: family.lead, user_id: org.userId });
    expect(byUuid.body).toMatchObject({
      lead_id: expect.stringMatching(/^lead_/),
      user_id: expect.stringMatching(/^user_/),
    });
    const again = await post('opportunity/', { lead_id: byUuid.body.lead_id, user_id: byUuid.body.user_id });
    expect(again.body).toMatchObject({ lead_id: byUuid.body.lead_id, user_id: byUuid.body.user_id });
  });

  it('of another kind of record is not one, although the bits may be the same.', async () => {
    const family = await insertLeadFamily(db, org.organizationId);
    const contact = await api.call(org.apiKey, 'GET', `/api/v1/contact/${family.contact}/`);
    expect(fieldErrors(await post('task/', { lead_id: contact.body.id }))).toEqual({ lead_id: MISSING_LEAD });
    expect(fieldErrors(await post('task/', { lead_id: family.contact }))).toEqual({ lead_id: MISSING_LEAD });
  });

  it('to a record that is deleted while the request is on its way is refused like a missing one.', async () => {
    const doomed = textOf(await post('lead/', {}), 'id');
    let answer: Promise<Answer> | undefined;
    await db.transaction().execute(async (trx) => {
      await sql`delete from lead where id = ${decodeId('lead', doomed)}`.execute(trx);
      answer = post('contact/', { lead_id: doomed });
      await waitFor(async () => (await countBlocked()) > 0, { what: 'the insert to wait for the lead' });
    });
    if (!answer) throw new Error('nothing was posted');
    expect(fieldErrors(await answer)).toEqual({ lead_id: MISSING_LEAD });
  });

  async function countBlocked(): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0
    `.execute(db);
    return rows[0]?.n ?? 0;
  }

  async function foreignIdFor(other: TestOrganization, field: string): Promise<unknown> {
    const family = await insertLeadFamily(db, other.organizationId);
    const made = async (path: string, body: unknown) =>
      (await api.call(other.apiKey, 'POST', `/api/v1/${path}`, { body })).body.id;
    switch (field) {
      case 'contact_id':
        return family.contact;
      case 'opportunity_id':
        return family.opportunity;
      case 'status_id':
        return made('status/lead/', { label: 'x' });
      case 'campaign_id':
        return '019b0000-0000-7000-8000-000000000000';
      default:
        return other.userId;
    }
  }
});
