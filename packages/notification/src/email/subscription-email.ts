import type { Db, EventRow, Trx, UserRow } from '@winnow/db';
import type { NotificationDeps } from '../deps.ts';
import { SUBSCRIPTION_EVENT } from '../webhook/notices.ts';
import { findCreator } from './find-creator.ts';
import type { Letter, RenderedLetter } from './letter.ts';
import { renderLetter } from './render-letter.ts';
import { sayMoment, sayNumber } from './words.ts';

/** The creator of the subscription that a notice is about, or undefined: other events, no address. */
export async function findSubscriptionReader(db: Db | Trx, event: EventRow): Promise<UserRow | undefined> {
  return event.object_type === SUBSCRIPTION_EVENT ? findCreator(db, event) : undefined;
}

/** The e-mail that tells of a notice about a subscription. */
export async function composeSubscriptionEmail(
  { settings }: NotificationDeps,
  event: EventRow,
): Promise<RenderedLetter> {
  return renderLetter(writeSubscriptionLetter(event, settings.publicUrl));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What is said of a subscription that was paused, or whose events wait. */
export function writeSubscriptionLetter(
  event: Pick<EventRow, 'action' | 'data' | 'date_created'>,
  publicUrl: string,
): Letter {
  const isPaused = event.action === 'paused';
  const { id, url, reason, n_events_waiting: waiting } = event.data ?? {};
  const facts: readonly (readonly [string, string])[] = [
    ['URL', textOf(url)],
    ['Reason', textOf(reason)],
    [isPaused ? 'Events dropped' : 'Events waiting', sayNumber(typeof waiting === 'number' ? waiting : 0)],
    ['On', sayMoment(event.date_created.toISOString())],
    ['Subscription', textOf(id)],
  ];
  return {
    subject: isPaused ? 'Webhook subscription paused' : 'Webhook subscription: events are waiting',
    heading: isPaused ? 'Webhook subscription paused' : 'Webhooks do not get through',
    tone: isPaused ? 'bad' : 'warning',
    summary: isPaused
      ? 'Nothing is sent to it any more, and what waited was dropped. Set its status to active to go on; what it missed is in the event log.'
      : 'If nothing gets through, the subscription will be paused and what waits will be dropped.',
    facts,
    lists: [],
    link: { label: 'Look at its deliveries', url: `${publicUrl}/api/v1/webhook/${textOf(id)}/deliveries/` },
    footer: 'You get this e-mail because you made this webhook subscription.',
  };
}
