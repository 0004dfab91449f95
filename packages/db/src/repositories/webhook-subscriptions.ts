import { newId } from '@winnow/catalog';
import { type Selectable, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database, JsonObject } from '../tables.ts';
import type { Trx } from '../transaction.ts';

export type WebhookSubscriptionRow = Selectable<Database['webhook_subscription']>;

interface ById {
  readonly organizationId: string;
  readonly id: string;
}

/**
 * Adds a subscription, unless the organization has `most` already.
 * @param subscription.signatureKey 64 hex characters; the key of every signature, so it must never be logged.
 * @returns its row, or undefined when the organization has too many.
 */
export function createWebhookSubscription(
  db: Db | Trx,
  subscription: {
    readonly organizationId: string;
    readonly userId: string | null;
    readonly url: string;
    readonly events: readonly JsonObject[];
    readonly verifySsl: boolean;
    readonly signatureKey: string;
    readonly most: number;
  },
): Promise<WebhookSubscriptionRow | undefined> {
  const { organizationId, userId } = subscription;
  return db
    .insertInto('webhook_subscription')
    .columns([
      'id',
      'organization_id',
      'url',
      'events',
      'verify_ssl',
      'signature_key',
      'created_by',
      'updated_by',
    ])
    .expression((eb) =>
      eb
        .selectFrom((inner) =>
          inner
            .selectFrom('webhook_subscription')
            .select((count) => count.fn.countAll<number>().as('present'))
            .where('organization_id', '=', organizationId)
            .as('counted'),
        )
        .select([
          sql<string>`${newId()}::uuid`.as('id'),
          sql<string>`${organizationId}::uuid`.as('organization_id'),
          sql<string>`${subscription.url}::text`.as('url'),
          sql<string>`${JSON.stringify(subscription.events)}::jsonb`.as('events'),
          sql<boolean>`${subscription.verifySsl}::boolean`.as('verify_ssl'),
          sql<string>`${subscription.signatureKey}::text`.as('signature_key'),
          sql<string | null>`${userId}::uuid`.as('created_by'),
          sql<string | null>`${userId}::uuid`.as('updated_by'),
        ])
        .where('counted.present', '<', subscription.most),
    )
    .returningAll()
    .executeTakeFirst();
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
  { organizationId, id }: ById,
): Promise<WebhookSubscriptionRow | undefined> {
  return db
    .selectFrom('webhook_subscription')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Sets what `changes` names and leaves the rest. @returns the row after it, or undefined when there is none. */
export function updateWebhookSubscription(
  db: Db | Trx,
  subscription: ById & {
    readonly userId: string | null;
    readonly changes: {
      readonly url?: string;
      readonly events?: readonly JsonObject[];
      readonly status?: 'active' | 'paused';
      readonly verifySsl?: boolean;
    };
  },
): Promise<WebhookSubscriptionRow | undefined> {
  const { url, events, status, verifySsl } = subscription.changes;
  return db
    .updateTable('webhook_subscription')
    .set({
      ...(url === undefined ? {} : { url }),
      ...(events === undefined ? {} : { events: JSON.stringify(events) }),
      ...(status === undefined ? {} : { status }),
      ...(verifySsl === undefined ? {} : { verify_ssl: verifySsl }),
      updated_by: subscription.userId,
      date_updated: sql<Date>`now()`,
    })
    .where('organization_id', '=', subscription.organizationId)
    .where('id', '=', subscription.id)
    .returningAll()
    .executeTakeFirst();
}

/**
 * Removes a subscription with the record of its deliveries; those that still wait are never sent.
 * One statement: its foreign key is checked at the end, when both are gone.
 * @returns false when the organization has no such subscription.
 */
export async function deleteWebhookSubscription(
  db: Db | Trx,
  { organizationId, id }: ById,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .with('dropped_delivery', (cte) =>
      cte
        .deleteFrom('delivery')
        .where('organization_id', '=', organizationId)
        .where('subscription_id', '=', id)
        .returning('id'),
    )
    .deleteFrom('webhook_subscription')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}
