import { encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import { insertEvent, type Trx, type WebhookSubscriptionRow } from '@winnow/db';

/** Events about a subscription itself. They become e-mails to its creator and no webhooks. */
export const SUBSCRIPTION_EVENT = 'webhook_subscription';

/** `paused`: by us, not by a client. `backlog`: many events wait and none gets through. */
export type SubscriptionNotice = 'paused' | 'backlog';

/**
 * Writes a notice about a subscription to the outbox, in the transaction that made it true: so it is written once, and
 * its e-mail is sent once (docs/decisions/0002-done-email-once.md).
 * @param about.nWaiting events that waited, at that moment.
 * @returns the event's id, to ring with after the commit.
 */
export async function recordNotice(
  trx: Trx,
  subscription: WebhookSubscriptionRow,
  action: SubscriptionNotice,
  about: { readonly reason: string; readonly nWaiting: number },
): Promise<string> {
  const id = newId();
  const { created_by: creator } = subscription;
  await insertEvent(trx, {
    id,
    organization_id: subscription.organization_id,
    object_type: SUBSCRIPTION_EVENT,
    object_id: subscription.id,
    action,
    user_id: null,
    api_key_id: null,
    request_id: null,
    data: {
      id: encodeId(ID_PREFIX.webhookSubscription, subscription.id),
      url: subscription.url,
      reason: about.reason,
      n_events_waiting: about.nWaiting,
      created_by: creator === null ? null : encodeId(ID_PREFIX.user, creator),
    },
  });
  return id;
}
