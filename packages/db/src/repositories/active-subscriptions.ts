import type { Selectable } from 'kysely';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

/** What a webhook subscription asks for. */
export type SubscriptionWishes = Pick<
  Selectable<Database['webhook_subscription']>,
  'id' | 'events' | 'event_filter'
>;

/**
 * The organization's subscriptions that are not paused, oldest first. Each stays as it is until the transaction ends,
 * so that whoever pauses one finds, and drops, the deliveries that are made here.
 */
export function listActiveSubscriptions(
  trx: Trx,
  organizationId: string,
): Promise<readonly SubscriptionWishes[]> {
  return trx
    .selectFrom('webhook_subscription')
    .select(['id', 'events', 'event_filter'])
    .where('organization_id', '=', organizationId)
    .where('status', '=', 'active')
    .orderBy('id')
    .forShare()
    .execute();
}
