import type { Records } from '../records.ts';
import type { OracleRow } from '../world.ts';
import { type ComputedRule, lastBy } from './rule.ts';

type Keeps = (row: OracleRow) => boolean;

const is =
  (type: string): Keeps =>
  (row) =>
    row.type === type;
const both =
  (...all: readonly Keeps[]): Keeps =>
  (row) =>
    all.every((keeps) => keeps(row));
const goes =
  (...directions: readonly string[]): Keeps =>
  (row) =>
    directions.includes(String(row.direction));
const stands =
  (...statuses: readonly string[]): Keeps =>
  (row) =>
    statuses.includes(String(row.status));
/** What has no status was logged by hand, so it was exchanged. */
const exchanged: Keeps = (row) => row.status === null || stands('sent', 'inbox')(row);

const communication: Keeps = (row) =>
  row.type === 'call' ||
  (['email', 'sms'].includes(String(row.type)) && exchanged(row)) ||
  (row.type === 'meeting' && row.status === 'completed');
const incomingCall = both(is('call'), goes('inbound'));
const outgoingCall = both(is('call'), goes('outbound'));
const sentEmail = both(is('email'), goes('outgoing'), exchanged);
const receivedEmail = both(is('email'), goes('incoming'), exchanged);

/** Fields that count activities, or take a moment of them. */
const KEPT: Readonly<Record<string, Keeps>> = {
  times_communicated: communication,
  num_emails: is('email'),
  num_outgoing_emails: both(is('email'), goes('outgoing')),
  num_sent_emails: sentEmail,
  num_received_emails: receivedEmail,
  num_calls: is('call'),
  num_incoming_calls: incomingCall,
  num_outgoing_calls: outgoingCall,
  num_missed_calls: both(incomingCall, stands('no-answer', 'busy', 'cancel', 'timeout')),
  num_sms: is('sms'),
  num_sent_sms: both(is('sms'), goes('outbound'), exchanged),
  num_received_sms: both(is('sms'), goes('inbound'), exchanged),
  num_notes: is('note'),
  num_meetings: is('meeting'),
  num_upcoming_meetings: both(is('meeting'), stands('upcoming')),
  num_completed_meetings: both(is('meeting'), stands('completed')),
  num_canceled_meetings: both(is('meeting'), stands('canceled')),
  num_declined_meetings: both(is('meeting'), stands('declined')),
  last_communication_date: communication,
  first_communication_date: communication,
  last_call_created: is('call'),
  last_incoming_call_date: incomingCall,
  last_outgoing_call_date: outgoingCall,
  last_email_date: both(is('email'), exchanged),
  last_incoming_email_date: receivedEmail,
  last_outgoing_email_date: sentEmail,
  last_sms_date: both(is('sms'), exchanged),
  last_note_created: is('note'),
};

/** A column of the activity that happened last. */
const ofLast =
  (column: string, keeps: Keeps = () => true) =>
  (lead: OracleRow, records: Records): unknown =>
    lastBy(activitiesOf(lead, records).filter(keeps), (row) => [String(row.activity_at), row.id])?.[column];

const VALUES: Readonly<Record<string, ComputedRule['value']>> = {
  last_activity_type: ofLast('type'),
  last_activity_user_id: ofLast('user_id'),
  last_communication_type: ofLast('type', communication),
  last_communication_user_id: ofLast('user_id', communication),
  last_call_duration: ofLast('duration', is('call')),
  last_call_disposition: ofLast('status', is('call')),
  last_call_user_id: ofLast('user_id', is('call')),
  num_email_attachments: (lead, records) =>
    activitiesOf(lead, records)
      .filter(is('email'))
      .reduce((sum, row) => sum + (Array.isArray(row.attachments) ? row.attachments.length : 0), 0),
};

/** What a lead's activities say of it. */
export const ACTIVITY_RULES: Readonly<Record<string, ComputedRule>> = Object.fromEntries([
  ...Object.entries(KEPT).map(([name, keeps]) => [`lead.${name}`, { keeps }]),
  ...Object.entries(VALUES).map(([name, value]) => [`lead.${name}`, { value }]),
]);

function activitiesOf(lead: OracleRow, records: Records): readonly OracleRow[] {
  return records.pointingAt('activity', 'lead_id', lead.id);
}
