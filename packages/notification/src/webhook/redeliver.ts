import type { Catalog } from '@winnow/catalog';
import {
  type Db,
  type DeliveryRow,
  findDelivery,
  findEventForDelivery,
  requeueDelivery,
  type WebhookSubscriptionRow,
} from '@winnow/db';
import { countRecords, isRecordPage } from '@winnow/event-log';
import { readWishes } from '../match.ts';

/**
 * Sends a delivery again from its beginning, under the same event ids, now and for another 72 hours. One that waits
 * begins anew too.
 * @returns the delivery; undefined when the subscription has none of this id. Ring for the subscription after this.
 */
export async function redeliver(
  { db, catalog }: { readonly db: Db; readonly catalog: Catalog },
  subscription: WebhookSubscriptionRow,
  deliveryId: string,
): Promise<DeliveryRow | undefined> {
  const delivery = await findDelivery(db, { subscriptionId: subscription.id, id: deliveryId });
  const event = delivery && (await findEventForDelivery(db, delivery.event_id));
  if (!delivery || !event) return undefined;
  const whole = isRecordPage(event)
    ? countRecords(event, readWishes(catalog, subscription).recordTypes(event.action))
    : 1;
  // A piece of a page is as large as it was: its filters are asked when it is sent.
  const nEvents = delivery.piece === null ? whole : delivery.piece.span;
  return db.transaction().execute((trx) => requeueDelivery(trx, { id: delivery.id, nEvents }));
}
