import { newId } from '@winnow/catalog';
import {
  claimUnrelayedEvent,
  type EventRow,
  insertDeliveries,
  listActiveSubscriptions,
  markEventRelayed,
  type NewDelivery,
  type Trx,
} from '@winnow/db';
import type { NotificationDeps } from './deps.ts';
import { findDoneEmailReader } from './email/done-email.ts';
import { isSubscribed } from './match.ts';

/** Everyone who is to hear of the event: each matching subscription, and the reader of the done e-mail. */
async function planDeliveries(trx: Trx, event: EventRow): Promise<readonly NewDelivery[]> {
  const about = { organization_id: event.organization_id, event_id: event.id };
  const subscriptions = await listActiveSubscriptions(trx, event.organization_id);
  const webhooks = subscriptions
    .filter((subscription) => isSubscribed(subscription, event))
    .map(({ id }) => ({ ...about, id: newId(), channel: 'webhook' as const, subscription_id: id }));
  const reader = await findDoneEmailReader(trx, event);
  if (!reader) return webhooks;
  return [...webhooks, { ...about, id: newId(), channel: 'email', subscription_id: null }];
}

/**
 * Turns one event of the outbox into deliveries, in one transaction: after it the event is relayed and its deliveries
 * exist, or neither. Relaying twice makes nothing twice.
 * @param eventId this event; without it the oldest that is still to be relayed.
 * @returns ids of the new deliveries, to ring for after this.
 */
export async function relayEvent(deps: NotificationDeps, eventId?: string): Promise<readonly string[]> {
  return deps.db.transaction().execute(async (trx) => {
    const event = await claimUnrelayedEvent(trx, eventId);
    if (!event) return [];
    const deliveryIds = await insertDeliveries(trx, await planDeliveries(trx, event));
    await markEventRelayed(trx, event.id);
    return deliveryIds;
  });
}
