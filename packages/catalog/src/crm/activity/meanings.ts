/**
 * What computed fields mean by their words, as SQL over an activity. Each begins with the type, which the index
 * behind a lead's activities begins with too.
 */

/** An e-mail or SMS that left or came in: no draft, none that waits or failed. One without a status was logged by hand. */
const SENT_OR_RECEIVED = `coalesce({status}, 'sent') in ('sent', 'inbox')`;

/**
 * Somebody tried to reach somebody: a call, however it ended, an e-mail or SMS that was sent or received, a meeting
 * that took place. Generous on purpose: a lead that wrongly looks forgotten is a lead that may be deleted.
 */
export const COMMUNICATION = `({type} = 'call' or {type} in ('email', 'sms') and ${SENT_OR_RECEIVED}
  or {type} = 'meeting' and {status} = 'completed')`;

export const CALL = `{type} = 'call'`;
export const INCOMING_CALL = `{type} = 'call' and {direction} = 'inbound'`;
export const OUTGOING_CALL = `{type} = 'call' and {direction} = 'outbound'`;
/** An incoming call that nobody took. `failed` says that the line was at fault. */
export const MISSED_CALL = `${INCOMING_CALL} and {status} in ('no-answer', 'busy', 'cancel', 'timeout')`;

/** Drafts too. */
export const EMAIL = `{type} = 'email'`;
/** Drafts and what waits to be sent too. */
export const OUTGOING_EMAIL = `{type} = 'email' and {direction} = 'outgoing'`;
export const SENT_EMAIL = `${OUTGOING_EMAIL} and ${SENT_OR_RECEIVED}`;
export const RECEIVED_EMAIL = `{type} = 'email' and {direction} = 'incoming' and ${SENT_OR_RECEIVED}`;
export const EXCHANGED_EMAIL = `{type} = 'email' and ${SENT_OR_RECEIVED}`;

/** Drafts too. */
export const SMS = `{type} = 'sms'`;
export const SENT_SMS = `{type} = 'sms' and {direction} = 'outbound' and ${SENT_OR_RECEIVED}`;
export const RECEIVED_SMS = `{type} = 'sms' and {direction} = 'inbound' and ${SENT_OR_RECEIVED}`;
export const EXCHANGED_SMS = `{type} = 'sms' and ${SENT_OR_RECEIVED}`;

export const NOTE = `{type} = 'note'`;
export const MEETING = `{type} = 'meeting'`;

/** Meetings of one status. */
export function meetingThatIs(status: 'upcoming' | 'completed' | 'canceled' | 'declined'): string {
  return `{type} = 'meeting' and {status} = '${status}'`;
}
