import { count, expression } from '../../fields.ts';
import type { Field } from '../../types.ts';
import * as meaning from '../activity/meanings.ts';

const countActivities = (name: string, where?: string): Field =>
  count(name, 'activity', 'lead_id', where === undefined ? {} : { where });

/** Zero, and not null, for a lead without e-mails: an aggregate over none would be null. */
const NUM_EMAIL_ATTACHMENTS = `(select coalesce(sum(jsonb_array_length(a.attachments)), 0)
  from public.activity a
  where a.lead_id = {id} and a.organization_id = {organization_id} and a.type = 'email')`;

/** How many activities a lead has, by what they are. */
export const activityFields: readonly Field[] = [
  countActivities('num_activities'),
  countActivities('times_communicated', meaning.COMMUNICATION),
  countActivities('num_emails', meaning.EMAIL),
  countActivities('num_outgoing_emails', meaning.OUTGOING_EMAIL),
  countActivities('num_sent_emails', meaning.SENT_EMAIL),
  countActivities('num_received_emails', meaning.RECEIVED_EMAIL),
  expression('num_email_attachments', 'integer', NUM_EMAIL_ATTACHMENTS, {
    searchable: true,
    sortable: true,
    onRequest: true,
  }),
  countActivities('num_calls', meaning.CALL),
  countActivities('num_incoming_calls', meaning.INCOMING_CALL),
  countActivities('num_outgoing_calls', meaning.OUTGOING_CALL),
  countActivities('num_missed_calls', meaning.MISSED_CALL),
  countActivities('num_sms', meaning.SMS),
  countActivities('num_sent_sms', meaning.SENT_SMS),
  countActivities('num_received_sms', meaning.RECEIVED_SMS),
  countActivities('num_notes', meaning.NOTE),
  countActivities('num_meetings', meaning.MEETING),
  countActivities('num_upcoming_meetings', meaning.meetingThatIs('upcoming')),
  countActivities('num_completed_meetings', meaning.meetingThatIs('completed')),
  countActivities('num_canceled_meetings', meaning.meetingThatIs('canceled')),
  countActivities('num_declined_meetings', meaning.meetingThatIs('declined')),
];
