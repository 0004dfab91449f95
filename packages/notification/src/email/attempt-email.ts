import { closeDeliveryBeforehand, findEventForDelivery, type LeasedDelivery } from '@winnow/db';
import type { AttemptOutcome } from '../attempt.ts';
import type { NotificationDeps } from '../deps.ts';
import { fullName } from './done-email.ts';
import { composeLetter } from './event-letters.ts';
import type { MailOutcome } from './mail-message.ts';

/** Stands in the delivery from the hand-over of the message until the server's answer has been written down. */
const NO_ANSWER =
  'The message was handed to the mail server, whose answer is not known. It is not sent again.';

function judgeSending(outcome: MailOutcome): AttemptOutcome {
  if (outcome.kind === 'accepted') return { kind: 'delivered', statusCode: outcome.statusCode };
  if (outcome.kind === 'unknown') {
    return { kind: 'failed', statusCode: null, reason: `${NO_ANSWER} ${outcome.reason}` };
  }
  const { isFinal, statusCode, reason } = outcome;
  return { kind: isFinal ? 'failed' : 'retry', statusCode, reason };
}

/**
 * Sends an e-mail, once. What holds when the outcome is unknown stands in docs/decisions/0002-done-email-once.md:
 * a message that may have been taken is not sent again.
 */
export async function attemptEmail(deps: NotificationDeps, lease: LeasedDelivery): Promise<AttemptOutcome> {
  const event = await findEventForDelivery(deps.db, lease.event_id);
  const composed = event && (await composeLetter(deps, event));
  if (!composed) return { kind: 'failed', statusCode: null, reason: 'Its reader is gone or has no address.' };
  const { reader, letter } = composed;
  const to = { name: fullName(reader), address: reader.email };
  const message = { id: lease.id, to, date: lease.leased_at, ...letter };
  const outcome = await deps.mailer.send(message, async () => {
    const isOurs = await closeDeliveryBeforehand(deps.db, lease, NO_ANSWER);
    if (!isOurs) throw new Error('the lease on this delivery is lost: another process may be sending it');
  });
  return judgeSending(outcome);
}
