import { constant, field } from '../../fields.ts';
import type { Field, ObjectType } from '../../types.ts';
import { activity } from './activity.ts';

export const CALL_STATUSES = [
  'created',
  'in-progress',
  'completed',
  'cancel',
  'no-answer',
  'busy',
  'failed',
  'timeout',
] as const;
const MESSAGE_STATUSES = ['inbox', 'draft', 'scheduled', 'outbox', 'sent', 'error'] as const;

/** Close writes directions of calls and SMS in one way and of e-mails in another; queries mix them (reference, 2.8). */
const callDirection = field('direction', 'choice', {
  values: ['inbound', 'outbound'],
  valueAliases: { incoming: 'inbound', outgoing: 'outbound' },
});
const emailDirection = field('direction', 'choice', {
  values: ['incoming', 'outgoing'],
  valueAliases: { inbound: 'incoming', outbound: 'outgoing' },
});
const status = (values: readonly string[]): Field => field('status', 'choice', { values });

const note = activity({
  typeValue: 'note',
  label: { one: 'note', many: 'notes' },
  path: 'note',
  titleField: 'note',
  fields: [
    field('note', 'text'),
    field('note_html', 'text', { searchable: false, sortable: false }),
    field('title', 'text'),
    field('pinned', 'boolean'),
  ],
  fieldAliases: { body_text: 'note' },
});

const call = activity({
  typeValue: 'call',
  label: { one: 'call', many: 'calls' },
  path: 'call',
  titleField: 'note',
  fields: [
    callDirection,
    status(CALL_STATUSES),
    field('source', 'choice', { values: ['Close.io', 'External'] }),
    field('duration', 'integer'),
    field('phone', 'text'),
    field('note', 'text'),
    constant('outcome_id', null),
    constant('recording_url', null),
    constant('sequence_id', null),
    constant('sequence_subscription_id', null),
  ],
  // As a query says that is written for all three of call, SMS and e-mail.
  fieldAliases: { date_sent: 'activity_at', body_text: 'note' },
});

const email = activity({
  typeValue: 'email',
  label: { one: 'e-mail', many: 'e-mails' },
  path: 'email',
  titleField: 'subject',
  fields: [
    emailDirection,
    status(MESSAGE_STATUSES),
    field('subject', 'text'),
    field('sender', 'text'),
    field('to', 'text_list', { column: 'recipients_to', searchable: false }),
    field('cc', 'text_list', { column: 'recipients_cc', searchable: false }),
    field('bcc', 'text_list', { column: 'recipients_bcc', searchable: false }),
    field('body_text', 'text'),
    field('body_html', 'text', { searchable: false, sortable: false }),
    field('attachments', 'json', { searchable: false }),
    field('date_sent', 'moment'),
    constant('thread_id', null),
    constant('template_id', null),
    constant('opens', []),
    constant('bulk_email_action_id', null),
  ],
});

const sms = activity({
  typeValue: 'sms',
  label: { one: 'SMS', many: 'SMS' },
  path: 'sms',
  titleField: 'text',
  fields: [
    callDirection,
    status(MESSAGE_STATUSES),
    field('text', 'text', { column: 'body_text' }),
    field('local_phone', 'text'),
    field('remote_phone', 'text', { column: 'phone' }),
    field('date_sent', 'moment'),
  ],
  fieldAliases: { body_text: 'text' },
});

const meeting = activity({
  typeValue: 'meeting',
  label: { one: 'meeting', many: 'meetings' },
  path: 'meeting',
  titleField: 'title',
  fields: [
    status(['upcoming', 'in-progress', 'completed', 'canceled', 'declined']),
    field('title', 'text'),
    field('note', 'text'),
    field('location', 'text'),
    field('starts_at', 'moment'),
    field('ends_at', 'moment'),
  ],
});

const customActivity = activity({
  typeValue: 'custom_activity',
  label: { one: 'custom activity', many: 'custom activities' },
  path: 'custom',
  fields: [field('custom_activity_type_id', 'text', { sortable: false }), status(['draft', 'published'])],
});

const formSubmission = activity({
  typeValue: 'form_submission',
  label: { one: 'form submission', many: 'form submissions' },
  path: 'form_submission',
  fields: [
    field('form_id', 'text', { sortable: false }),
    field('values', 'json', { column: 'form_values', searchable: false }),
  ],
});

export const activities: readonly ObjectType[] = [
  note,
  call,
  email,
  sms,
  meeting,
  customActivity,
  formSubmission,
];
