import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { SubscriptionById, WebhookSubscriptionRow } from './webhook-subscription-row.ts';
import { findWebhookSubscription } from './webhook-subscriptions.ts';

/**
 * Gives a subscription a new key. Webhooks are signed with the old one too for `overlapHours`; one that was still in
 * its overlap is forgotten. With 0 the old key ends now.
 * @param rotation.rotationId UUID; a second call with that of the last rotation changes nothing.
 * @returns the row after it, or undefined when there is none.
 */
export async function rotateSignatureKey(
  db: Db,
  rotation: SubscriptionById & {
    readonly userId: string | null;
    readonly rotationId: string;
    readonly signatureKey: string;
    readonly overlapHours: number;
  },
): Promise<WebhookSubscriptionRow | undefined> {
  const overlaps = rotation.overlapHours > 0;
  const rotated = await db
    .updateTable('webhook_subscription')
    .set({
      signature_key: rotation.signatureKey,
      // Postgres works all right-hand sides out from the row as it was.
      previous_signature_key: overlaps ? sql<string>`signature_key` : null,
      previous_key_expires: overlaps
        ? sql<Date>`now() + ${rotation.overlapHours}::double precision * interval '1 hour'`
        : null,
      last_rotation: rotation.rotationId,
      updated_by: rotation.userId,
      date_updated: sql<Date>`now()`,
    })
    .where('organization_id', '=', rotation.organizationId)
    .where('id', '=', rotation.id)
    .where(sql<boolean>`last_rotation is distinct from ${rotation.rotationId}`)
    .returningAll()
    .executeTakeFirst();
  return rotated ?? findWebhookSubscription(db, rotation);
}

/** Ends the overlap of a rotation: from the next turn on the old key signs nothing. @returns as `rotateSignatureKey`. */
export function forgetPreviousKey(
  db: Db,
  subscription: SubscriptionById & { readonly userId: string | null },
): Promise<WebhookSubscriptionRow | undefined> {
  return db
    .updateTable('webhook_subscription')
    .set({
      previous_signature_key: null,
      previous_key_expires: null,
      updated_by: subscription.userId,
      date_updated: sql<Date>`now()`,
    })
    .where('organization_id', '=', subscription.organizationId)
    .where('id', '=', subscription.id)
    .returningAll()
    .executeTakeFirst();
}
