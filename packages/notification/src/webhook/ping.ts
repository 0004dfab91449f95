import { newId } from '@winnow/catalog';
import {
  type Db,
  type DeliveryRow,
  findDeliveryOfEvent,
  insertDeliveries,
  insertEvent,
  markEventRelayed,
} from '@winnow/db';

/** The event of a ping. Nobody can subscribe to it: it goes to the one who asked. */
export const PING_EVENT = { objectType: 'webhook', action: 'ping' } as const;

/**
 * Makes a ping of a subscription: an event for it alone, which is tried once, also while the subscription is paused or
 * its receiver rests, so that its owner can see whether the receiver is well before going on.
 * @param ping.eventId UUID of the event; asked again with the same one, the same delivery is answered.
 * @returns the delivery. Ring for the subscription after this.
 */
export function sendPing(
  db: Db,
  ping: {
    readonly organizationId: string;
    readonly subscriptionId: string;
    readonly eventId: string;
    readonly userId: string | null;
    readonly apiKeyId: string | null;
    readonly requestId: string;
  },
): Promise<DeliveryRow> {
  const { organizationId, subscriptionId, eventId } = ping;
  return db.transaction().execute(async (trx) => {
    const known = await findDeliveryOfEvent(trx, { subscriptionId, eventId });
    if (known) return known;
    await insertEvent(trx, {
      id: eventId,
      organization_id: organizationId,
      object_type: PING_EVENT.objectType,
      object_id: subscriptionId,
      action: PING_EVENT.action,
      user_id: ping.userId,
      api_key_id: ping.apiKeyId,
      request_id: ping.requestId,
      data: {},
    });
    // It is relayed with this: nobody else is to hear of it.
    await markEventRelayed(trx, eventId);
    const [made] = await insertDeliveries(trx, [
      {
        id: newId(),
        organization_id: organizationId,
        event_id: eventId,
        channel: 'webhook',
        subscription_id: subscriptionId,
        n_events: 1,
        is_ping: true,
      },
    ]);
    if (!made) throw new Error('a new event has a delivery already');
    return made;
  });
}
