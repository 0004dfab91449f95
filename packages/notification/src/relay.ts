import { type Catalog, newId } from '@winnow/catalog';
import {
  claimUnrelayedEvent,
  type EventRow,
  insertDeliveries,
  listActiveSubscriptions,
  markEventRelayed,
  type NewDelivery,
  type SubscriptionWishes,
  type Trx,
} from '@winnow/db';
import { countRecords, isRecordPage, presentEvent } from '@winnow/event-log';
import type { NotificationDeps } from './deps.ts';
import { findLetterReader } from './email/event-letters.ts';
import { readWishes } from './match.ts';

/** What is to be rung for after an event was relayed. */
export interface Relayed {
  /** Ids of new e-mails. */
  readonly emailIds: readonly string[];
  /** Ids of subscriptions that have something to send. */
  readonly subscriptionIds: readonly string[];
}

const NOTHING: Relayed = { emailIds: [], subscriptionIds: [] };

/** How many events a subscription is to be sent for this row: for a page before filters, which are asked when it is sent. */
function countWanted(catalog: Catalog, subscription: SubscriptionWishes, event: EventRow): number {
  const wishes = readWishes(catalog, subscription);
  if (isRecordPage(event)) return countRecords(event, wishes.recordTypes(event.action));
  return wishes.match(presentEvent(event, catalog)) ? 1 : 0;
}

/** Everyone who is to hear of the event: each subscription that asks for it, and the reader of an e-mail. */
async function planDeliveries(trx: Trx, catalog: Catalog, event: EventRow): Promise<readonly NewDelivery[]> {
  const about = { organization_id: event.organization_id, event_id: event.id };
  const subscriptions = await listActiveSubscriptions(trx, event.organization_id);
  const webhooks = subscriptions
    .map((subscription) => ({ id: subscription.id, n: countWanted(catalog, subscription, event) }))
    .filter(({ n }) => n > 0)
    .map(({ id, n }) => ({
      ...about,
      id: newId(),
      channel: 'webhook' as const,
      subscription_id: id,
      n_events: n,
    }));
  const reader = await findLetterReader(trx, event);
  if (!reader) return webhooks;
  return [...webhooks, { ...about, id: newId(), channel: 'email', subscription_id: null, n_events: 1 }];
}

/**
 * Turns one row of the outbox into deliveries, in one transaction: after it the event is relayed and its deliveries
 * exist, or neither. Relaying twice makes nothing twice. The row of a page makes one delivery for each subscription,
 * however many records it stands for.
 * @param eventId this event; without it the oldest that is still to be relayed.
 */
export async function relayEvent(deps: NotificationDeps, eventId?: string): Promise<Relayed> {
  return deps.db.transaction().execute(async (trx) => {
    const event = await claimUnrelayedEvent(trx, eventId);
    if (!event) return NOTHING;
    const made = await insertDeliveries(trx, await planDeliveries(trx, deps.catalog, event));
    await markEventRelayed(trx, event.id);
    return {
      emailIds: made.filter(({ channel }) => channel === 'email').map(({ id }) => id),
      subscriptionIds: made.flatMap(({ subscription_id: id }) => (id === null ? [] : [id])),
    };
  });
}
