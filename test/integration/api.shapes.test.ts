import type { Db } from '@winnow/db';
import { beforeAll, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  type TestApi,
  type TestOrganization,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;

beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  org = await createOrganization(db);
});

async function post(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await api.call(org.apiKey, 'POST', `/api/v1/${path}/`, { body });
  expect(answer.status).toBe(200);
  return answer.body;
}

const LEAD_KEYS = `id organization_id name display_name description url html_url status_id status_label source addresses
  contact_ids contacts opportunities tasks integration_links primary_email primary_phone summaries created_by
  created_by_name updated_by updated_by_name date_created date_updated`;
const CONTACT_KEYS = `id organization_id lead_id name display_name title emails phones urls timezone subscriptions
  recent_calls created_by updated_by date_created date_updated`;
const OPPORTUNITY_KEYS = `id organization_id lead_id lead_name contact_id contact_name user_id user_name status_id
  status_label status_type pipeline_id pipeline_name value value_period value_currency value_formatted annualized_value
  expected_value annualized_expected_value confidence note date_won date_lost attachments is_stalled date_created
  date_updated created_by updated_by`;
const CUSTOM_OBJECT_KEYS = `id organization_id lead_id lead_name custom_object_type_id name created_by updated_by
  date_created date_updated`;
const TASK_KEYS = `id _type lead_id lead_name contact_id assigned_to assigned_to_name text date due_date is_complete
  is_dateless priority object_type object_id view date_created date_updated`;
const ACTIVITY_KEYS = `id _type organization_id lead_id contact_id user_id user_name users activity_at date_created
  date_updated created_by updated_by`;

const keys = (text: string) => text.split(/\s+/);

it('every object shows the fields of Close’s shapes', async () => {
  const lead = await post('lead', {
    name: 'Wayne Enterprises',
    addresses: [{ city: 'Gotham' }],
    contacts: [
      { name: 'Bruce', emails: [{ email: 'bruce@wayne.test' }], phones: [{ phone: '+16503334444' }] },
    ],
  });
  expect(Object.keys(lead)).toEqual(expect.arrayContaining(keys(LEAD_KEYS)));
  expect(lead).toMatchObject({
    primary_email: 'bruce@wayne.test',
    primary_phone: '+16503334444',
    created_by_name: expect.stringMatching(/^Test User/),
    addresses: [{ city: 'Gotham', tz_ids: [] }],
    contacts: [{ phones: [{ phone: '+16503334444', tz_ids: [], outbound_sms_blocked: false }] }],
  });
  const ofLead = { lead_id: lead.id };
  expect(Object.keys(await post('contact', { ...ofLead, name: 'Ann' }))).toEqual(
    expect.arrayContaining(keys(CONTACT_KEYS)),
  );
  expect(Object.keys(await post('opportunity', ofLead))).toEqual(
    expect.arrayContaining(keys(OPPORTUNITY_KEYS)),
  );
  expect(Object.keys(await post('custom_object', { ...ofLead, name: 'Batmobile' }))).toEqual(
    expect.arrayContaining(keys(CUSTOM_OBJECT_KEYS)),
  );
  expect(Object.keys(await post('task', { ...ofLead, text: 'call' }))).toEqual(
    expect.arrayContaining(keys(TASK_KEYS)),
  );
  for (const type of ['note', 'call', 'email', 'sms', 'meeting', 'custom', 'form_submission']) {
    expect(Object.keys(await post(`activity/${type}`, ofLead))).toEqual(
      expect.arrayContaining(keys(ACTIVITY_KEYS)),
    );
  }
});

it.each([
  {
    given: { value: 10_050, value_period: 'monthly', value_currency: 'USD', confidence: 50 },
    shown: {
      value_formatted: 'USD 100.50 monthly',
      annualized_value: 120_600,
      expected_value: 5025,
      annualized_expected_value: 60_300,
    },
  },
  {
    given: { value: 123_456_789, value_period: 'one_time', value_currency: 'EUR', confidence: 0 },
    shown: {
      value_formatted: 'EUR 1,234,567.89',
      annualized_value: 123_456_789,
      expected_value: 0,
      annualized_expected_value: 0,
    },
  },
  {
    given: { value: 99, value_period: 'annual', confidence: 100 },
    shown: { annualized_value: 99, expected_value: 99, annualized_expected_value: 99 },
  },
  {
    given: {},
    shown: {
      value: null,
      value_formatted: null,
      annualized_value: null,
      expected_value: null,
      annualized_expected_value: null,
    },
  },
])('the value of an opportunity with $given is shown worked out', async ({ given, shown }) => {
  expect(await post('opportunity', given)).toMatchObject(shown);
});

it('the name of a user who has gone to another organization is not shown', async () => {
  const other = await createOrganization(db);
  const lead = await post('lead', { name: 'Acme' });
  const moveUser = (organization_id: string) =>
    db.updateTable('user_account').set({ organization_id }).where('id', '=', org.userId).execute();
  await moveUser(other.organizationId);

  const answer = await api.call(org.apiKey, 'GET', `/api/v1/lead/${String(lead.id)}/`);

  await moveUser(org.organizationId);
  expect(answer.body).toMatchObject({ created_by_name: null });
});
