import { type Selectable, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';
import type { DeliveryRow } from './deliveries.ts';
import type { EventRow } from './events.ts';

export type DeliveryAttemptRow = Selectable<Database['delivery_attempt']>;

/** A subscription's deliveries, newest first. @param page.status only those; all without it. */
export function listDeliveries(
  db: Db,
  page: {
    readonly subscriptionId: string;
    readonly status: DeliveryRow['status'] | undefined;
    readonly limit: number;
    readonly skip: number;
  },
): Promise<DeliveryRow[]> {
  const { status } = page;
  return db
    .selectFrom('delivery')
    .selectAll()
    .where('subscription_id', '=', page.subscriptionId)
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'pending'))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.skip)
    .execute();
}

/** One delivery of a subscription, or undefined. */
export function findDelivery(
  db: Db | Trx,
  { subscriptionId, id }: { readonly subscriptionId: string; readonly id: string },
): Promise<DeliveryRow | undefined> {
  return db
    .selectFrom('delivery')
    .selectAll()
    .where('subscription_id', '=', subscriptionId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** What this event became for a subscription, or undefined when that is nothing (yet). */
export function findDeliveryOfEvent(
  trx: Trx,
  { subscriptionId, eventId }: { readonly subscriptionId: string; readonly eventId: string },
): Promise<DeliveryRow | undefined> {
  return trx
    .selectFrom('delivery')
    .selectAll()
    .where('event_id', '=', eventId)
    .where('subscription_id', '=', subscriptionId)
    .executeTakeFirst();
}

/** The last attempts at each of these deliveries, newest first. @param mostEach for one delivery. */
export async function listLastAttempts(
  db: Db,
  deliveryIds: readonly string[],
  mostEach: number,
): Promise<readonly DeliveryAttemptRow[]> {
  if (deliveryIds.length === 0) return [];
  const { rows } = await sql<DeliveryAttemptRow>`
    select a.* from unnest(${deliveryIds}::uuid[]) as wanted (id)
    cross join lateral (
      select * from delivery_attempt where delivery_id = wanted.id order by attempt desc limit ${mostEach}
    ) as a
    order by a.delivery_id, a.attempt desc
  `.execute(db);
  return rows;
}

/**
 * Lets a delivery begin anew, under the same event ids: due now, for another 72 hours.
 * @param nEvents how many events it stands for again.
 * @returns the row after it.
 */
export function requeueDelivery(
  trx: Trx,
  { id, nEvents }: { readonly id: string; readonly nEvents: number },
): Promise<DeliveryRow> {
  return trx
    .updateTable('delivery')
    .set({
      status: 'pending',
      n_events: nEvents,
      n_sent: 0,
      position: null,
      failures: 0,
      next_attempt_at: sql<Date>`now()`,
      date_queued: sql<Date>`now()`,
      date_finished: null,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Forgets deliveries that ended long ago, e-mails included, with their attempts.
 * @param purge.limit most in one call, so that it never holds many locks.
 * @returns how many went.
 */
export async function deleteOldDeliveries(
  db: Db,
  purge: { readonly olderThanMs: number; readonly limit: number },
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('delivery')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('delivery')
        .select('id')
        .where(
          'date_finished',
          '<',
          sql<Date>`now() - ${purge.olderThanMs}::double precision * interval '1 millisecond'`,
        )
        .orderBy('date_finished')
        .limit(purge.limit)
        .forUpdate()
        .skipLocked(),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** The events of these ids, of any organization, in no particular order: for deliveries, which name them. */
export async function listEventsForDeliveries(
  db: Db,
  eventIds: readonly string[],
): Promise<readonly EventRow[]> {
  if (eventIds.length === 0) return [];
  return db
    .selectFrom('event')
    .selectAll()
    .where('id', 'in', [...new Set(eventIds)])
    .execute();
}
