import type { Selectable } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

/** A webhook subscription as relay and delivery need it. */
export type ActiveSubscription = Pick<
  Selectable<Database['webhook_subscription']>,
  'id' | 'organization_id' | 'url' | 'events' | 'verify_ssl' | 'signature_key'
>;

const COLUMNS = ['id', 'organization_id', 'url', 'events', 'verify_ssl', 'signature_key'] as const;

/** The organization's subscriptions that are not paused, oldest first. */
export async function listActiveSubscriptions(
  db: Db | Trx,
  organizationId: string,
): Promise<readonly ActiveSubscription[]> {
  return db
    .selectFrom('webhook_subscription')
    .select(COLUMNS)
    .where('organization_id', '=', organizationId)
    .where('status', '=', 'active')
    .orderBy('date_created')
    .orderBy('id')
    .execute();
}

/** One subscription of the organization, or undefined when it is paused or gone. */
export async function findActiveSubscription(
  db: Db | Trx,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<ActiveSubscription | undefined> {
  return db
    .selectFrom('webhook_subscription')
    .select(COLUMNS)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('status', '=', 'active')
    .executeTakeFirst();
}
