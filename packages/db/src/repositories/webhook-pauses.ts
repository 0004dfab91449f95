import { sql } from 'kysely';
import type { Trx } from '../transaction.ts';
import type { WebhookSubscriptionRow } from './webhook-subscription-row.ts';

/** Events that wait to be sent to a subscription. */
export async function countWaitingEvents(trx: Trx, subscriptionId: string): Promise<number> {
  const { waiting } = await trx
    .selectFrom('delivery')
    .select(sql<number>`coalesce(sum(n_events - n_sent), 0)::bigint`.as('waiting'))
    .where('subscription_id', '=', subscriptionId)
    .where('status', '=', 'pending')
    .where('channel', '=', 'webhook')
    .executeTakeFirstOrThrow();
  return waiting;
}

/** Ends everything that waits to be sent to a subscription, with the reason. */
export async function dropWaitingDeliveries(trx: Trx, subscriptionId: string, reason: string): Promise<void> {
  await trx
    .updateTable('delivery')
    .set({ status: 'dropped', last_error: reason, date_finished: sql<Date>`now()` })
    .where('subscription_id', '=', subscriptionId)
    .where('status', '=', 'pending')
    .execute();
}

/**
 * The subscription, locked until the transaction ends, if it is active and this turn was its last: a turn that
 * judges a receiver must not judge for one that has been changed or has had another turn since.
 */
export function lockAfterTurn(
  trx: Trx,
  turn: { readonly id: string; readonly leaseNo: number },
): Promise<WebhookSubscriptionRow | undefined> {
  return trx
    .selectFrom('webhook_subscription')
    .selectAll()
    .where('id', '=', turn.id)
    .where('lease_no', '=', turn.leaseNo)
    .where('status', '=', 'active')
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** Pauses a subscription that is locked, with a reason for its owner, and drops what waits to be sent. */
export async function pauseSubscription(trx: Trx, id: string, reason: string): Promise<void> {
  await trx
    .updateTable('webhook_subscription')
    .set({
      status: 'paused',
      pause_reason: reason,
      lease_no: sql<number>`lease_no + 1`,
      leased_until: null,
      date_updated: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .execute();
  await dropWaitingDeliveries(trx, id, reason);
}

/** Writes down that its creator is told that many events wait. @returns false when that has happened already. */
export async function markWarned(trx: Trx, id: string): Promise<boolean> {
  const row = await trx
    .updateTable('webhook_subscription')
    .set({ date_warned: sql<Date>`now()` })
    .where('id', '=', id)
    .where('date_warned', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}
