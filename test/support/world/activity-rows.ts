import fc from 'fast-check';
import { link, moment, stamps, user } from './columns.ts';
import { customValues } from './custom-values.ts';
import type { Facts } from './facts.ts';
import { optionalText } from './texts.ts';

type RowArbitrary = fc.Arbitrary<Readonly<Record<string, unknown>>>;

const ACTIVITY_TYPES = [
  'note',
  'call',
  'email',
  'sms',
  'meeting',
  'custom_activity',
  'form_submission',
] as const;

const CALLS = { direction: ['inbound', 'outbound'], status: ['completed', 'no-answer', 'busy', 'cancel'] };
const MAILS = { direction: ['incoming', 'outgoing'], status: ['inbox', 'draft', 'sent', 'error'] };
/** What stands in the columns that each type has values of its own for. */
const ACTIVITY_CHOICES: Readonly<
  Record<string, { direction?: readonly string[]; status?: readonly string[] }>
> = {
  call: CALLS,
  email: MAILS,
  sms: { ...MAILS, direction: CALLS.direction },
  meeting: { status: ['upcoming', 'in-progress', 'completed', 'canceled', 'declined'] },
  custom_activity: { status: ['draft', 'published'] },
};

function activityOf(type: (typeof ACTIVITY_TYPES)[number], facts: Facts): RowArbitrary {
  const { direction = [], status = [] } = ACTIVITY_CHOICES[type] ?? {};
  const addresses = fc.option(
    fc.array(fc.constantFrom('ann@acme.test', 'Ann@acme.test', 'bob', ''), { maxLength: 2 }),
  );
  return fc.record({
    type: fc.constant(type),
    lead_id: link('lead', facts),
    contact_id: link('contact', facts),
    opportunity_id: link('opportunity', facts),
    user_id: user(facts),
    activity_at: moment(facts),
    direction: direction.length === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...direction)),
    status: status.length === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...status)),
    source: type === 'call' ? fc.option(fc.constantFrom('Close.io', 'External')) : fc.constant(null),
    title: optionalText,
    subject: optionalText,
    sender: optionalText,
    recipients_to: addresses,
    recipients_cc: addresses,
    body_text: optionalText,
    body_html: optionalText,
    note: optionalText,
    pinned: fc.boolean(),
    duration: fc.option(fc.integer({ min: 0, max: 5 })),
    phone: fc.option(fc.constantFrom('+16503334444', '+49301', '')),
    local_phone: fc.option(fc.constantFrom('+16503334444', '+49301')),
    location: optionalText,
    attachments: fc.array(fc.constant({ filename: 'a.pdf' }), { maxLength: 2 }),
    starts_at: fc.option(moment(facts)),
    ends_at: fc.option(moment(facts)),
    date_sent: fc.option(moment(facts)),
    custom_activity_type_id: fc.option(fc.constantFrom('actitype_a', 'actitype_b')),
    form_id: fc.option(fc.constantFrom('form_a', 'form_b')),
    custom: customValues('activity', facts),
    ...stamps(facts),
  });
}

/** Activities of all types: columns of other types may be filled too, as an import leaves them. */
export function activityRows(facts: Facts): RowArbitrary {
  return fc.constantFrom(...ACTIVITY_TYPES).chain((type) => activityOf(type, facts));
}
