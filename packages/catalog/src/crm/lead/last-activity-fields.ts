import { aggregate, first } from '../../fields.ts';
import type { Field, FirstSource } from '../../types.ts';
import { activities, CALL_STATUSES } from '../activity/activities.ts';
import * as meaning from '../activity/meanings.ts';
import { firstUser } from '../shared-fields.ts';

const OF_LEAD = { table: 'activity', column: 'lead_id' } as const;

/** A value of the activity that happened last among those for which `where` holds. */
const ofLast = (value: string, where?: string): Omit<FirstSource, 'from'> => ({
  ...OF_LEAD,
  ...(where !== undefined && { where }),
  value,
  orderBy: '{activity_at} desc, {id} desc',
});

/** The moment of the last activity for which `where` holds; of the earliest with `min`, of its making with a column. */
const moment = (
  name: string,
  where?: string,
  { of = 'max', column = 'activity_at' }: { readonly of?: 'min' | 'max'; readonly column?: string } = {},
): Field =>
  aggregate(name, 'moment', {
    ...OF_LEAD,
    ...(where !== undefined && { where }),
    function: of,
    value: `{${column}}`,
  });

const TYPES = activities.flatMap(({ typeValue }) => typeValue ?? []);
const CREATED = { column: 'date_created' } as const;

/** When a lead was last dealt with, how, and by whom. Null where it never was. */
export const lastActivityFields: readonly Field[] = [
  moment('last_activity_date'),
  first('last_activity_type', 'choice', ofLast('{type}'), { values: TYPES }),
  firstUser('last_activity_user_id', ofLast('{user_id}')),
  moment('last_communication_date', meaning.COMMUNICATION),
  first('last_communication_type', 'choice', ofLast('{type}', meaning.COMMUNICATION), {
    values: ['call', 'email', 'sms', 'meeting'],
  }),
  firstUser('last_communication_user_id', ofLast('{user_id}', meaning.COMMUNICATION)),
  moment('first_communication_date', meaning.COMMUNICATION, { of: 'min' }),
  moment('last_call_created', meaning.CALL, CREATED),
  first('last_call_duration', 'integer', ofLast('{duration}', meaning.CALL)),
  // How the call ended.
  first('last_call_disposition', 'choice', ofLast('{status}', meaning.CALL), { values: CALL_STATUSES }),
  firstUser('last_call_user_id', ofLast('{user_id}', meaning.CALL)),
  moment('last_incoming_call_date', meaning.INCOMING_CALL),
  moment('last_outgoing_call_date', meaning.OUTGOING_CALL),
  // E-mails and SMS that were sent or received; a draft is no date.
  moment('last_email_date', meaning.EXCHANGED_EMAIL),
  moment('last_incoming_email_date', meaning.RECEIVED_EMAIL),
  moment('last_outgoing_email_date', meaning.SENT_EMAIL),
  moment('last_sms_date', meaning.EXCHANGED_SMS),
  moment('last_note_created', meaning.NOTE, CREATED),
];
