import fc from 'fast-check';
import { activityRows } from './activity-rows.ts';
import { link, moment, owner, stamps, user } from './columns.ts';
import { customValues } from './custom-values.ts';
import type { Facts } from './facts.ts';
import { dayNear } from './moments.ts';
import { optionalText, storedText } from './texts.ts';

type RowArbitrary = fc.Arbitrary<Readonly<Record<string, unknown>>>;

/** Zone names as imports bring them: of both hemispheres, old spellings, and ones that are none. */
export const ZONES = [
  ...[
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Kiritimati',
    'UTC',
  ],
  ...['US/Pacific', 'Asia/Calcutta', 'Mars/Olympus', 'Europe', '', '+02:00', 'not a zone', 'EST5'],
] as const;

/** Rows of each table that an organization has, parents before children: the order in which they are written. */
export const ROW_COUNTS: Readonly<Record<string, readonly [number, number]>> = {
  campaign: [1, 3],
  lead_status: [2, 4],
  pipeline: [1, 2],
  opportunity_status: [3, 5],
  lead: [14, 22],
  contact: [14, 24],
  contact_email: [10, 22],
  contact_phone: [6, 14],
  contact_url: [4, 8],
  address: [8, 16],
  opportunity: [14, 24],
  task: [14, 24],
  activity: [30, 50],
  custom_object: [4, 10],
  document: [4, 10],
};

/** One function a table: the columns beside id and organization. */
export const ROWS: Readonly<Record<string, (facts: Facts) => RowArbitrary>> = {
  campaign: (facts) => fc.record({ name: storedText, date_created: moment(facts) }),
  lead_status: (facts) => fc.record({ label: storedText, date_created: moment(facts) }),
  pipeline: (facts) => fc.record({ name: storedText, date_created: moment(facts) }),
  opportunity_status: (facts) =>
    fc.record({
      label: storedText,
      pipeline_id: link('pipeline', facts),
      type: fc.constantFrom('active', 'won', 'lost'),
      date_created: moment(facts),
    }),
  lead: (facts) =>
    fc.record({
      name: storedText,
      description: storedText,
      url: optionalText,
      status_id: link('lead_status', facts),
      source: optionalText,
      external_id: optionalText,
      phone_number: optionalText,
      campaign_id: link('campaign', facts),
      date_status_changed: fc.option(moment(facts)),
      custom: customValues('lead', facts),
      ...stamps(facts),
    }),
  contact: (facts) =>
    fc.record({
      lead_id: owner('lead', facts),
      name: storedText,
      title: optionalText,
      timezone: fc.option(fc.constantFrom(...ZONES), { freq: 6 }),
      custom: customValues('contact', facts),
      ...stamps(facts),
    }),
  contact_email: (facts) =>
    fc.record({
      contact_id: owner('contact', facts),
      email: fc.oneof(storedText, fc.constantFrom('bruce@wayne.test', 'Bruce@Wayne.test.other', 'a@b.test')),
      type: fc.constantFrom('office', 'home', 'other'),
      is_unsubscribed: fc.boolean(),
    }),
  contact_phone: (facts) =>
    fc.record({
      contact_id: owner('contact', facts),
      phone: fc.constantFrom('+16503334444', '+1 (650) 333-4444', '+49301', ''),
      type: fc.constantFrom('office', 'mobile'),
      country: fc.option(fc.constantFrom('US', 'DE')),
    }),
  contact_url: (facts) =>
    fc.record({
      contact_id: owner('contact', facts),
      url: fc.oneof(storedText, fc.constantFrom('https://acme.test', 'http://globex.test/a_b%20c')),
      type: fc.constantFrom('url', 'blog'),
    }),
  address: (facts) =>
    fc.record({
      lead_id: owner('lead', facts),
      label: fc.constantFrom('business', 'mailing', 'other'),
      address_1: optionalText,
      address_2: optionalText,
      city: optionalText,
      state: fc.option(fc.constantFrom('NV', 'CA', 'nv')),
      zipcode: fc.option(fc.constantFrom('89101', '10115')),
      country: fc.option(fc.constantFrom('US', 'DE')),
    }),
  opportunity: (facts) =>
    fc.record({
      lead_id: link('lead', facts),
      contact_id: link('contact', facts),
      user_id: user(facts),
      status_id: link('opportunity_status', facts),
      value: fc.option(
        fc.oneof(fc.integer({ min: -2, max: 12 }), fc.constantFrom(100, 50_000, 900_000_000_000)),
      ),
      value_currency: fc.option(fc.constantFrom('USD', 'EUR')),
      value_period: fc.constantFrom('one_time', 'monthly', 'annual'),
      confidence: fc.option(fc.constantFrom(0, 1, 33, 49, 50, 99, 100)),
      note: storedText,
      date_won: fc.option(dayNear(facts.frozen)),
      date_lost: fc.option(dayNear(facts.frozen)),
      external_id: optionalText,
      date_status_changed: fc.option(moment(facts)),
      custom: customValues('opportunity', facts),
      ...stamps(facts),
    }),
  task: (facts) =>
    fc.record({
      type: fc.constantFrom('lead', 'outgoing_call', 'missed_call'),
      lead_id: link('lead', facts),
      contact_id: link('contact', facts),
      opportunity_id: link('opportunity', facts),
      assigned_to: user(facts),
      text: storedText,
      date: fc.option(dayNear(facts.frozen)),
      due_date: fc.option(dayNear(facts.frozen)),
      is_complete: fc.boolean(),
      is_dateless: fc.boolean(),
      priority: fc.option(fc.constantFrom('high', 'medium')),
      ...stamps(facts),
    }),
  activity: activityRows,
  custom_object: (facts) =>
    fc.record({
      lead_id: owner('lead', facts),
      custom_object_type_id: fc.option(fc.constantFrom('cotype_a', 'cotype_b')),
      name: storedText,
      custom: customValues('custom_object', facts),
      ...stamps(facts),
    }),
  document: (facts) =>
    fc.record({
      lead_id: link('lead', facts),
      contact_id: link('contact', facts),
      opportunity_id: link('opportunity', facts),
      name: storedText,
      url: optionalText,
      ...stamps(facts),
    }),
};
