import { constant, count, embed, expression, field, fieldsByName, lookup } from '../fields.ts';
import type { Field, ObjectType } from '../types.ts';

const USER_REFERENCE = ['user', 'user_or_group'] as const;

const user = (name: string, writable = true): Field =>
  field(name, 'reference', { target: 'user', referenceTypes: USER_REFERENCE, writable });

/** The full name of the user in a column, as Close shows it beside the id. */
const userName = (name: string, column: string): Field =>
  expression(
    name,
    'text',
    `(select btrim(u.first_name || ' ' || u.last_name) from public.user_account u
      where u.id = {${column}} and u.organization_id = {organization_id})`,
  );

/** The first e-mail address or phone number of a lead's contacts, in the order in which they were added. */
const firstOfContacts = (name: string, column: string): Field =>
  expression(
    name,
    'text',
    `(select part.${column} from public.contact c join public.contact_${column} part on part.contact_id = c.id
      where c.lead_id = {id} and c.organization_id = {organization_id} order by c.id, part.id limit 1)`,
  );

/** Stamps that the server keeps (reference, section 6). */
const stamps: readonly Field[] = [
  user('created_by', false),
  user('updated_by', false),
  userName('created_by_name', 'created_by'),
  userName('updated_by_name', 'updated_by'),
  field('date_created', 'moment', { writable: false }),
  field('date_updated', 'moment', { writable: false }),
];

const leadLink = (required = false): Field =>
  field('lead_id', 'reference', { target: 'lead', referenceTypes: ['lead'], required });
const contactLink = field('contact_id', 'reference', { target: 'contact', referenceTypes: ['contact'] });
const opportunityLink = field('opportunity_id', 'reference', {
  target: 'opportunity',
  referenceTypes: ['opportunity'],
});
const leadName = lookup(
  'lead_name',
  'text',
  { via: 'lead_id', table: 'lead', column: 'name' },
  { searchable: false },
);

const lead: ObjectType = {
  name: 'lead',
  aliases: [],
  label: { one: 'lead', many: 'leads' },
  table: 'lead',
  idPrefix: 'lead',
  bulkName: 'lead',
  path: 'lead',
  rootColumn: 'id',
  customFieldOwner: 'lead',
  fields: fieldsByName(
    field('name', 'text'),
    field('display_name', 'text', { column: 'name', writable: false }),
    field('description', 'text'),
    field('url', 'text'),
    field('status_id', 'reference', { target: 'lead_status', referenceTypes: ['status.lead'] }),
    lookup('status_label', 'text', { via: 'status_id', table: 'lead_status', column: 'label' }),
    field('source', 'text'),
    field('external_id', 'text'),
    field('phone_number', 'text'),
    field('campaign_id', 'reference', { target: 'campaign', referenceTypes: ['campaign'] }),
    ...stamps,
    count('num_contacts', 'contact', 'lead_id'),
    count('num_opportunities', 'opportunity', 'lead_id'),
    count('num_tasks', 'task', 'lead_id'),
    count('addresses_count', 'address', 'lead_id'),
    firstOfContacts('primary_email', 'email'),
    firstOfContacts('primary_phone', 'phone'),
    constant('integration_links', []),
    constant('summaries', []),
  ),
  embeds: [
    embed('addresses', 'address', 'lead_id'),
    embed('contacts', 'contact', 'lead_id'),
    embed('opportunities', 'opportunity', 'lead_id', { writable: false }),
    embed('tasks', 'task', 'lead_id', { writable: false, only: { column: 'is_complete', equals: false } }),
  ],
};

const contact: ObjectType = {
  name: 'contact',
  aliases: [],
  label: { one: 'contact', many: 'contacts' },
  table: 'contact',
  idPrefix: 'cont',
  bulkName: 'contact',
  path: 'contact',
  rootColumn: 'lead_id',
  customFieldOwner: 'contact',
  fields: fieldsByName(
    { ...leadLink(), createsTargetWhenAbsent: true },
    field('name', 'text'),
    field('display_name', 'text', { column: 'name', writable: false }),
    field('title', 'text'),
    field('timezone', 'text'),
    ...stamps,
    count('emails_count', 'contact_email', 'contact_id'),
    count('phones_count', 'contact_phone', 'contact_id'),
    count('urls_count', 'contact_url', 'contact_id'),
    constant('subscriptions', []),
    constant('recent_calls', []),
    constant('integration_links', []),
  ),
  embeds: [
    embed('emails', 'contact_email', 'contact_id'),
    embed('phones', 'contact_phone', 'contact_id'),
    embed('urls', 'contact_url', 'contact_id'),
  ],
};

const contactEmail: ObjectType = {
  name: 'contact_email',
  aliases: [],
  label: { one: 'e-mail address', many: 'e-mail addresses' },
  table: 'contact_email',
  idPrefix: 'contactemail',
  fields: fieldsByName(
    field('email', 'text', { required: true }),
    field('type', 'text'),
    field('is_unsubscribed', 'boolean'),
  ),
  embeds: [],
};

const contactPhone: ObjectType = {
  name: 'contact_phone',
  aliases: [],
  label: { one: 'phone number', many: 'phone numbers' },
  table: 'contact_phone',
  idPrefix: 'contactphone',
  fields: fieldsByName(
    field('phone', 'text', { required: true }),
    field('phone_formatted', 'text', { column: 'phone', writable: false }),
    field('type', 'text'),
    field('country', 'text'),
    constant('tz_ids', []),
    constant('outbound_sms_blocked', false),
  ),
  embeds: [],
};

const contactUrl: ObjectType = {
  name: 'contact_url',
  aliases: [],
  label: { one: 'URL', many: 'URLs' },
  table: 'contact_url',
  idPrefix: 'contacturl',
  fields: fieldsByName(field('url', 'text', { required: true }), field('type', 'text')),
  embeds: [],
};

const address: ObjectType = {
  name: 'address',
  aliases: [],
  label: { one: 'address', many: 'addresses' },
  table: 'address',
  idPrefix: 'addr',
  rootColumn: 'lead_id',
  fields: fieldsByName(
    field('label', 'text'),
    field('address_1', 'text'),
    field('address_2', 'text'),
    field('city', 'text'),
    field('state', 'text'),
    field('zipcode', 'text'),
    field('country', 'text'),
    constant('tz_ids', []),
  ),
  embeds: [],
};

/** Cents a year; a value that comes once counts once (reference, section 6). */
const ANNUALIZED = `({value} * case {value_period} when 'monthly' then 12 else 1 end)`;
/** `USD 1,234.50 monthly`: the currency by its code, which needs no table of symbols. */
const VALUE_FORMATTED = `case when {value} is not null then
  concat_ws(' ', {value_currency}, to_char({value} / 100.0, 'FM999,999,999,999,990.00'),
    case {value_period} when 'one_time' then null else {value_period} end) end`;

const opportunity: ObjectType = {
  name: 'opportunity',
  aliases: ['deal'],
  label: { one: 'opportunity', many: 'opportunities' },
  table: 'opportunity',
  idPrefix: 'oppo',
  bulkName: 'opportunity',
  path: 'opportunity',
  rootColumn: 'lead_id',
  customFieldOwner: 'opportunity',
  fields: fieldsByName(
    leadLink(),
    leadName,
    contactLink,
    lookup(
      'contact_name',
      'text',
      { via: 'contact_id', table: 'contact', column: 'name' },
      { searchable: false },
    ),
    user('user_id'),
    userName('user_name', 'user_id'),
    constant('pipeline_id', null),
    constant('pipeline_name', null),
    field('status_id', 'reference', {
      target: 'opportunity_status',
      referenceTypes: ['status.opportunity'],
    }),
    lookup('status_label', 'text', { via: 'status_id', table: 'opportunity_status', column: 'label' }),
    lookup(
      'status_type',
      'choice',
      { via: 'status_id', table: 'opportunity_status', column: 'type' },
      { values: ['active', 'won', 'lost'] },
    ),
    field('value', 'integer'),
    field('value_currency', 'text'),
    field('value_period', 'choice', { values: ['one_time', 'monthly', 'annual'] }),
    expression('value_formatted', 'text', VALUE_FORMATTED),
    expression('annualized_value', 'integer', ANNUALIZED),
    expression('expected_value', 'integer', `round({value} * coalesce({confidence}, 0) / 100.0)`),
    expression(
      'annualized_expected_value',
      'integer',
      `round(${ANNUALIZED} * coalesce({confidence}, 0) / 100.0)`,
    ),
    field('confidence', 'integer'),
    field('note', 'text'),
    constant('attachments', []),
    constant('is_stalled', false),
    constant('integration_links', []),
    field('date_won', 'date'),
    field('date_lost', 'date'),
    field('external_id', 'text'),
    ...stamps,
  ),
  embeds: [],
};

const task: ObjectType = {
  name: 'task',
  aliases: [],
  label: { one: 'task', many: 'tasks' },
  table: 'task',
  idPrefix: 'task',
  bulkName: 'task',
  path: 'task',
  rootColumn: 'lead_id',
  fields: fieldsByName(
    field('_type', 'choice', {
      column: 'type',
      values: [
        'lead',
        'outgoing_call',
        'incoming_email',
        'email_followup',
        'missed_call',
        'voicemail',
        'opportunity_due',
        'incoming_sms',
        'answered_detached_call',
      ],
    }),
    leadLink(true),
    leadName,
    contactLink,
    opportunityLink,
    user('assigned_to'),
    userName('assigned_to_name', 'assigned_to'),
    field('text', 'text'),
    field('date', 'date'),
    field('due_date', 'date'),
    field('is_complete', 'boolean'),
    field('is_dateless', 'boolean'),
    field('priority', 'choice', { values: ['high', 'medium'] }),
    constant('object_type', null),
    constant('object_id', null),
    constant('view', null),
    ...stamps,
  ),
  embeds: [],
};

const activityBase: readonly Field[] = [
  leadLink(true),
  contactLink,
  opportunityLink,
  user('user_id'),
  userName('user_name', 'user_id'),
  constant('users', []),
  field('activity_at', 'moment'),
  ...stamps,
];

function activity(
  typeValue: string,
  label: { readonly one: string; readonly many: string },
  path: string,
  own: readonly Field[],
): ObjectType {
  return {
    name: `activity.${typeValue}`,
    aliases: [typeValue],
    label,
    table: 'activity',
    typeValue,
    idPrefix: 'acti',
    bulkName: typeValue,
    path: `activity/${path}`,
    rootColumn: 'lead_id',
    customFieldOwner: 'activity',
    fields: fieldsByName(...activityBase, ...own),
    embeds: [],
  };
}

const direction = (...values: readonly string[]): Field => field('direction', 'choice', { values });
const status = (...values: readonly string[]): Field => field('status', 'choice', { values });

const activities: readonly ObjectType[] = [
  activity('note', { one: 'note', many: 'notes' }, 'note', [
    field('note', 'text'),
    field('note_html', 'text', { searchable: false, sortable: false }),
    field('title', 'text'),
    field('pinned', 'boolean'),
  ]),
  activity('call', { one: 'call', many: 'calls' }, 'call', [
    direction('inbound', 'outbound'),
    status('created', 'in-progress', 'completed', 'cancel', 'no-answer', 'busy', 'failed', 'timeout'),
    field('source', 'choice', { values: ['Close.io', 'External'] }),
    field('duration', 'integer'),
    field('phone', 'text'),
    field('note', 'text'),
    constant('outcome_id', null),
    constant('recording_url', null),
    constant('sequence_id', null),
    constant('sequence_subscription_id', null),
  ]),
  activity('email', { one: 'e-mail', many: 'e-mails' }, 'email', [
    direction('incoming', 'outgoing'),
    status('inbox', 'draft', 'scheduled', 'outbox', 'sent', 'error'),
    field('subject', 'text'),
    field('sender', 'text'),
    field('to', 'text_list', { column: 'recipients_to', searchable: false }),
    field('cc', 'text_list', { column: 'recipients_cc', searchable: false }),
    field('bcc', 'text_list', { column: 'recipients_bcc', searchable: false }),
    field('body_text', 'text'),
    field('body_html', 'text', { searchable: false, sortable: false }),
    field('date_sent', 'moment'),
    constant('thread_id', null),
    constant('template_id', null),
    constant('opens', []),
    constant('bulk_email_action_id', null),
  ]),
  activity('sms', { one: 'SMS', many: 'SMS' }, 'sms', [
    direction('inbound', 'outbound'),
    status('inbox', 'draft', 'scheduled', 'outbox', 'sent', 'error'),
    field('text', 'text', { column: 'body_text' }),
    field('local_phone', 'text'),
    field('remote_phone', 'text', { column: 'phone' }),
    field('date_sent', 'moment'),
  ]),
  activity('meeting', { one: 'meeting', many: 'meetings' }, 'meeting', [
    status('upcoming', 'in-progress', 'completed', 'canceled', 'declined'),
    field('title', 'text'),
    field('note', 'text'),
    field('location', 'text'),
    field('starts_at', 'moment'),
    field('ends_at', 'moment'),
  ]),
  activity('custom_activity', { one: 'custom activity', many: 'custom activities' }, 'custom', [
    field('custom_activity_type_id', 'text', { sortable: false }),
    status('draft', 'published'),
  ]),
  activity('form_submission', { one: 'form submission', many: 'form submissions' }, 'form_submission', [
    field('form_id', 'text', { sortable: false }),
    field('values', 'json', { column: 'form_values', searchable: false }),
  ]),
];

const campaign: ObjectType = {
  name: 'campaign',
  aliases: [],
  label: { one: 'campaign', many: 'campaigns' },
  table: 'campaign',
  idPrefix: 'camp',
  fields: fieldsByName(field('name', 'text', { required: true })),
  embeds: [],
};

const document: ObjectType = {
  name: 'document',
  aliases: [],
  label: { one: 'document', many: 'documents' },
  table: 'document',
  idPrefix: 'docu',
  path: 'document',
  rootColumn: 'lead_id',
  fields: fieldsByName(
    leadLink(),
    contactLink,
    opportunityLink,
    field('name', 'text', { required: true }),
    field('url', 'text'),
    ...stamps,
  ),
  embeds: [],
};

const leadStatus: ObjectType = {
  name: 'lead_status',
  aliases: [],
  label: { one: 'lead status', many: 'lead statuses' },
  table: 'lead_status',
  idPrefix: 'stat',
  path: 'status/lead',
  fields: fieldsByName(field('label', 'text', { required: true })),
  embeds: [],
};

const opportunityStatus: ObjectType = {
  name: 'opportunity_status',
  aliases: [],
  label: { one: 'opportunity status', many: 'opportunity statuses' },
  table: 'opportunity_status',
  idPrefix: 'stat',
  path: 'status/opportunity',
  fields: fieldsByName(
    field('label', 'text', { required: true }),
    field('type', 'choice', { required: true, values: ['active', 'won', 'lost'] }),
  ),
  embeds: [],
};

const all: readonly ObjectType[] = [
  lead,
  contact,
  contactEmail,
  contactPhone,
  contactUrl,
  address,
  opportunity,
  task,
  ...activities,
  document,
  campaign,
  leadStatus,
  opportunityStatus,
];

export const CRM_OBJECT_TYPES: Readonly<Record<string, ObjectType>> = Object.fromEntries(
  all.map((type) => [type.name, type]),
);
