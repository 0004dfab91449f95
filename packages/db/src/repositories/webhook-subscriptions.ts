import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { JsonObject } from '../tables.ts';
import type { Trx } from '../transaction.ts';
import { dropWaitingDeliveries } from './webhook-pauses.ts';
import type { SubscriptionById, WebhookSubscriptionRow } from './webhook-subscription-row.ts';

/** Stands in the deliveries that a client's pause drops. */
const PAUSED_BY_CLIENT = 'The subscription was paused.';

/**
 * Adds a subscription, unless the organization has `most` already.
 * @param subscription.id of the new row; one of this id that exists already is answered as it is.
 * @param subscription.signatureKey 64 hex characters; the key of every signature, so it must never be logged.
 * @returns its row, or undefined when the organization has too many.
 */
export function createWebhookSubscription(
  db: Db,
  subscription: SubscriptionById & {
    readonly userId: string | null;
    readonly url: string;
    readonly events: readonly JsonObject[];
    readonly eventFilter: JsonObject | null;
    readonly verifySsl: boolean;
    readonly batch: number | null;
    readonly signatureKey: string;
    readonly most: number;
  },
): Promise<WebhookSubscriptionRow | undefined> {
  const { organizationId, userId, id, eventFilter } = subscription;
  return db.transaction().execute(async (trx) => {
    // One after the other, or two requests at once would both see room for the last one.
    await trx
      .selectFrom('organization')
      .select('id')
      .where('id', '=', organizationId)
      .forNoKeyUpdate()
      .execute();
    const known = await findWebhookSubscription(trx, { organizationId, id });
    if (known) return known;
    const { present } = await trx
      .selectFrom('webhook_subscription')
      .select((eb) => eb.fn.countAll<number>().as('present'))
      .where('organization_id', '=', organizationId)
      .executeTakeFirstOrThrow();
    if (present >= subscription.most) return undefined;
    return trx
      .insertInto('webhook_subscription')
      .values({
        id,
        organization_id: organizationId,
        url: subscription.url,
        events: JSON.stringify(subscription.events),
        event_filter: eventFilter === null ? null : JSON.stringify(eventFilter),
        verify_ssl: subscription.verifySsl,
        batch: subscription.batch,
        signature_key: subscription.signatureKey,
        created_by: userId,
        updated_by: userId,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** One page of an organization's subscriptions, newest first. */
export function listWebhookSubscriptions(
  db: Db | Trx,
  page: { readonly organizationId: string; readonly limit: number; readonly skip: number },
): Promise<WebhookSubscriptionRow[]> {
  return db
    .selectFrom('webhook_subscription')
    .selectAll()
    .where('organization_id', '=', page.organizationId)
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.skip)
    .execute();
}

/** The subscription, or undefined when the organization has none of this id. */
export function findWebhookSubscription(
  db: Db | Trx,
  { organizationId, id }: SubscriptionById,
): Promise<WebhookSubscriptionRow | undefined> {
  return db
    .selectFrom('webhook_subscription')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** What a client may change; what is absent stays. */
export interface SubscriptionChanges {
  readonly url?: string;
  readonly events?: readonly JsonObject[];
  readonly eventFilter?: JsonObject | null;
  readonly status?: 'active' | 'paused';
  readonly verifySsl?: boolean;
  readonly batch?: number | null;
}

/**
 * Sets what `changes` names and leaves the rest. A new URL and a restart begin with a clean record of failures; a
 * pause drops what waits to be sent, and a turn that is under way writes nothing any more.
 * @returns the row after it, or undefined when there is none.
 */
export function updateWebhookSubscription(
  db: Db,
  subscription: SubscriptionById & { readonly userId: string | null; readonly changes: SubscriptionChanges },
): Promise<WebhookSubscriptionRow | undefined> {
  const { url, events, eventFilter, status, verifySsl, batch } = subscription.changes;
  const startsAnew = url !== undefined || status === 'active';
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('webhook_subscription')
      .set({
        ...(url === undefined ? {} : { url }),
        ...(events === undefined ? {} : { events: JSON.stringify(events) }),
        ...(eventFilter === undefined
          ? {}
          : { event_filter: eventFilter === null ? null : JSON.stringify(eventFilter) }),
        ...(status === undefined ? {} : { status, pause_reason: null }),
        ...(verifySsl === undefined ? {} : { verify_ssl: verifySsl }),
        ...(batch === undefined ? {} : { batch }),
        ...(startsAnew
          ? {
              failures_in_row: 0,
              failing_since: null,
              resting_until: null,
              rests_in_row: 0,
              date_warned: null,
            }
          : {}),
        ...(status === 'paused' ? { lease_no: sql<number>`lease_no + 1`, leased_until: null } : {}),
        updated_by: subscription.userId,
        date_updated: sql<Date>`now()`,
      })
      .where('organization_id', '=', subscription.organizationId)
      .where('id', '=', subscription.id)
      .returningAll()
      .executeTakeFirst();
    if (row && status === 'paused') await dropWaitingDeliveries(trx, row.id, PAUSED_BY_CLIENT);
    return row;
  });
}

/**
 * Removes a subscription with the record of its deliveries; those that still wait are never sent.
 * @returns false when the organization has no such subscription.
 */
export function deleteWebhookSubscription(
  db: Db,
  { organizationId, id }: SubscriptionById,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    // The subscription first, as pausing does: the other way round the two could wait for each other.
    const row = await trx
      .selectFrom('webhook_subscription')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return false;
    await trx.deleteFrom('delivery').where('subscription_id', '=', id).execute();
    await trx.deleteFrom('webhook_subscription').where('id', '=', id).execute();
    return true;
  });
}
