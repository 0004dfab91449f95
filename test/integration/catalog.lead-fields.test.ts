import { newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
} from '../support/index.ts';
import type { Row } from '../support/rows.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  org = await createOrganization(db);
});

const insert = (table: string, row: Row) =>
  insertRow(db, table, { organization_id: org.organizationId, ...row });
const at = (day: number, hour = 12) => `2026-03-${String(day).padStart(2, '0')}T${hour}:00:00.000000+00:00`;

/** The fields of a lead as they are shown when they are asked for. */
async function readFields(lead: string, names: readonly string[]): Promise<unknown> {
  const answer = await api.call(org.apiKey, 'GET', `/api/v1/lead/${lead}/?_fields=${names.join(',')}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

/** A lead whose rows are written by `write`, and another with the same rows, which must not count. */
async function leadWith(write: (lead: string) => Promise<unknown>): Promise<string> {
  const [lead, other] = [await insert('lead', { name: 'Acme' }), await insert('lead', { name: 'Other' })];
  await write(lead);
  await write(other);
  return lead;
}

const expectFields = async (lead: string, expected: Readonly<Record<string, unknown>>) =>
  expect(await readFields(lead, Object.keys(expected))).toEqual(expected);

describe('a lead', () => {
  it('without anything has counts of zero and no values', async () => {
    await expectFields(await insert('lead', {}), {
      num_contacts: 0,
      num_urls: 0,
      all_urls_count: 0,
      num_email_addresses: 0,
      num_email_attachments: 0,
      times_communicated: 0,
      last_communication_date: null,
      last_activity_type: null,
      last_call_user_id: null,
      next_task_date: null,
      primary_opportunity_value: null,
      primary_opportunity_status: null,
      total_annualized_opportunity_value: null,
      last_lead_status_change_date: null,
      timezone_id: null,
    });
  });

  it('counts its contacts, what they are reached by, and web sites', async () => {
    const lead = await leadWith(async (lead_id) => {
      const first = await insert('contact', { lead_id, timezone: '' });
      await insert('contact', { lead_id, timezone: 'Europe/Berlin' });
      await insert('contact', { lead_id, timezone: 'Asia/Tokyo' });
      await insert('address', { lead_id });
      for (const email of ['a@x.test', 'b@x.test'])
        await insert('contact_email', { contact_id: first, email });
      await insert('contact_phone', { contact_id: first, phone: '+1' });
      await insert('contact_url', { contact_id: first, url: 'https://x.test' });
    });
    const url = { body: { url: 'https://acme.test' } };
    await api.call(org.apiKey, 'PUT', `/api/v1/lead/${lead}/`, url);
    await expectFields(lead, {
      num_contacts: 3,
      num_addresses: 1,
      addresses_count: 1,
      num_email_addresses: 2,
      num_phone_numbers: 1,
      num_contact_urls: 1,
      num_urls: 1,
      all_urls_count: 2,
      timezone_id: 'Europe/Berlin',
    });
  });

  it('counts activities by what they are, and leaves drafts out of communication', async () => {
    const attachments = JSON.stringify([{ filename: 'a' }, { filename: 'b' }]);
    const lead = await leadWith(async (lead_id) => {
      const add = (type: string, row: Row) => insert('activity', { lead_id, type, ...row });
      await add('call', { direction: 'inbound', status: 'no-answer', activity_at: at(1) });
      await add('call', { direction: 'outbound', status: 'completed', activity_at: at(2), duration: 7 });
      await add('email', { direction: 'outgoing', status: 'sent', activity_at: at(3), attachments });
      await add('email', { direction: 'outgoing', status: 'draft', activity_at: at(9) });
      await add('email', { direction: 'incoming', activity_at: at(4) });
      await add('sms', { direction: 'outbound', status: 'error', activity_at: at(8) });
      await add('sms', { direction: 'inbound', status: 'inbox', activity_at: at(5), user_id: org.userId });
      await add('meeting', { status: 'upcoming', activity_at: at(20) });
      await add('note', { activity_at: at(7), date_created: at(11) });
    });
    await expectFields(lead, {
      num_activities: 9,
      times_communicated: 5,
      num_calls: 2,
      num_incoming_calls: 1,
      num_outgoing_calls: 1,
      num_missed_calls: 1,
      num_emails: 3,
      num_outgoing_emails: 2,
      num_sent_emails: 1,
      num_received_emails: 1,
      num_email_attachments: 2,
      num_sms: 2,
      num_sent_sms: 0,
      num_received_sms: 1,
      num_notes: 1,
      num_meetings: 1,
      num_upcoming_meetings: 1,
      num_completed_meetings: 0,
      first_communication_date: at(1),
      last_communication_date: at(5),
      last_communication_type: 'sms',
      last_activity_date: at(20),
      last_activity_type: 'meeting',
      last_activity_user_id: null,
      last_call_duration: 7,
      last_call_disposition: 'completed',
      last_incoming_call_date: at(1),
      last_outgoing_call_date: at(2),
      last_email_date: at(4),
      last_outgoing_email_date: at(3),
      last_sms_date: at(5),
      last_note_created: at(11),
    });
    expect(await readFields(lead, ['last_communication_user_id'])).toEqual({
      last_communication_user_id: expect.stringMatching(/^user_/),
    });
  });

  it('has as its next task the earliest open one with a day, whichever date says so', async () => {
    const lead = await leadWith(async (lead_id) => {
      const add = (row: Row) => insert('task', { lead_id, ...row });
      await add({ text: 'done', due_date: '2026-01-01', is_complete: true });
      await add({ text: 'some day' });
      await add({ text: 'never', due_date: '2026-01-01', is_dateless: true });
      await add({ text: 'later', due_date: '2026-02-02', assigned_to: org.userId });
      await add({ text: 'next', date: '2026-02-01' });
    });
    await expectFields(lead, {
      num_tasks: 5,
      num_completed_tasks: 1,
      num_incomplete_tasks: 4,
      next_task_date: '2026-02-01',
      next_task_due_date: '2026-02-01',
      next_task_text: 'next',
      next_task_user_id: null,
    });
  });

  it('has as its primary opportunity the newest that is active, else the newest', async () => {
    const statuses = Object.fromEntries(
      await Promise.all(
        ['active', 'won'].map(async (type) => [
          type,
          await insert('opportunity_status', { label: type, type }),
        ]),
      ),
    );
    const closed = await leadWith(async (lead_id) => {
      await insert('opportunity', { lead_id, value: 1, date_created: at(2) });
      const won = { status_id: statuses.won, date_won: '2026-03-03', date_created: at(3) };
      await insert('opportunity', { lead_id, value: 2, ...won });
    });
    await expectFields(closed, {
      primary_opportunity_value: 2,
      primary_opportunity_status: 'won',
      primary_opportunity_status_type: 'won',
      primary_opportunity_date_won: '2026-03-03',
      num_active_opportunities: 0,
    });
    const open = await leadWith(async (lead_id) => {
      await insert('opportunity', { lead_id, value: 3, status_id: statuses.active, date_created: at(1) });
      await insert('opportunity', { lead_id, value: 4, status_id: statuses.won, date_created: at(3) });
    });
    await expectFields(open, { primary_opportunity_value: 3, primary_opportunity_date_won: null });
  });

  it('sums up the values of its opportunities by period and by status', async () => {
    const won = await insert('opportunity_status', { label: 'Won', type: 'won' });
    const lead = await leadWith(async (lead_id) => {
      const add = (row: Row) => insert('opportunity', { lead_id, ...row });
      await add({ value: 100, value_period: 'monthly', status_id: won });
      await add({ value: 50, value_period: 'monthly' });
      await add({ value: 1000, value_period: 'annual' });
      await add({ value: 7 });
      await add({ value: null, value_period: 'annual', status_id: won });
    });
    await expectFields(lead, {
      num_opportunities: 5,
      num_won_opportunities: 2,
      num_monthly_opportunities: 2,
      num_annual_opportunities: 2,
      num_one_time_opportunities: 1,
      total_monthly_opportunity_value: 150,
      avg_monthly_opportunity_value: 75,
      max_monthly_won_opportunity_value: 100,
      min_annual_opportunity_value: 1000,
      total_annual_won_opportunity_value: null,
      total_annualized_opportunity_value: 1200 + 600 + 1000 + 7,
      min_annualized_won_opportunity_value: 1200,
      avg_one_time_lost_opportunity_value: null,
    });
  });
});

describe('an opportunity', () => {
  it('is in the pipeline that its status is a stage of', async () => {
    const post = async (path: string, body: unknown) =>
      (await api.call(org.apiKey, 'POST', `/api/v1/${path}/`, { body })).body;
    const pipeline = await post('pipeline', { name: 'Renewals' });
    const status = await post('status/opportunity', {
      label: 'Due',
      type: 'active',
      pipeline_id: pipeline.id,
    });
    const opportunity = await post('opportunity', { status_id: status.id });
    expect(opportunity).toMatchObject({ pipeline_id: pipeline.id, pipeline_name: 'Renewals' });
    expect(await post('opportunity', {})).toMatchObject({ pipeline_id: null, pipeline_name: null });
  });
});

it('an address shows itself as one text, without what it does not have', async () => {
  const lead = await insert('lead', {});
  await insert('address', { lead_id: lead, address_1: '1 Main', city: 'Gotham', state: '', country: 'US' });
  await insert('address', { id: newId(), lead_id: lead });
  expect(await readFields(lead, ['addresses'])).toMatchObject({
    addresses: [{ location: '1 Main, Gotham, US' }, { location: null }],
  });
});
