import { type Selectable, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

export type DeliveryRow = Selectable<Database['delivery']>;
export type DeliveryChannel = DeliveryRow['channel'];

/** One who is to hear of an event. Ids are plain UUIDs. */
export interface NewDelivery {
  readonly id: string;
  readonly organization_id: string;
  readonly event_id: string;
  readonly channel: DeliveryChannel;
  readonly subscription_id: string | null;
  /** How many events it stands for; 1 unless given. */
  readonly n_events?: number;
  /** Sent whatever state its subscription is in. */
  readonly is_ping?: boolean;
}

/**
 * A delivery that this process may attempt until `leased_until`; e-mails only, for webhooks the lease is the
 * subscription's (webhook-turns.ts). `attempts` is the number of this attempt and the
 * token of the lease: whoever takes the delivery later has a higher one, and writes of the earlier change nothing.
 */
export type LeasedDelivery = DeliveryRow & {
  /** When the lease began, by the database's clock. */
  readonly leased_at: Date;
};

const inMilliseconds = (duration: number) => sql`${duration} * interval '1 millisecond'`;

/** Makes those that do not exist yet: one for each event, channel and subscription. @returns the new ones. */
export function insertDeliveries(
  trx: Trx,
  deliveries: readonly NewDelivery[],
): Promise<readonly DeliveryRow[]> {
  if (deliveries.length === 0) return Promise.resolve([]);
  return trx
    .insertInto('delivery')
    .values([...deliveries])
    .onConflict((conflict) => conflict.constraint('delivery_once').doNothing())
    .returningAll()
    .execute();
}

/**
 * Takes an e-mail that is due for one attempt. The lease ends by itself: a process that dies in the attempt leaves
 * a delivery that is due again.
 * @param leaseMs longest attempt.
 * @returns undefined when the delivery is finished, not yet due, or another process has it.
 */
export async function leaseDelivery(
  db: Db,
  { id, leaseMs }: { readonly id: string; readonly leaseMs: number },
): Promise<LeasedDelivery | undefined> {
  return db
    .updateTable('delivery')
    .set({
      attempts: sql`attempts + 1`,
      leased_until: sql`now() + ${inMilliseconds(leaseMs)}`,
    })
    .where('id', '=', id)
    .where('channel', '=', 'email')
    .where('status', '=', 'pending')
    .where('next_attempt_at', '<=', sql<Date>`now()`)
    .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<', sql<Date>`now()`)]))
    .returningAll()
    .returning(sql<Date>`now()`.as('leased_at'))
    .executeTakeFirst();
}

/**
 * Writes the result that holds if this process dies now, before it does what cannot be undone: from here on only
 * this attempt may change the delivery, and nobody attempts it again.
 * @returns false when the lease has been lost; then the attempt must stop.
 */
export async function closeDeliveryBeforehand(
  db: Db,
  lease: LeasedDelivery,
  reason: string,
): Promise<boolean> {
  const row = await db
    .updateTable('delivery')
    .set({ status: 'failed', last_error: reason, date_finished: sql`now()` })
    .where('id', '=', lease.id)
    .where('attempts', '=', lease.attempts)
    .where('status', '=', 'pending')
    .where('leased_until', '>', sql<Date>`now()`)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** What an attempt found out. */
export interface AttemptResult {
  /** HTTP or SMTP status, null when there was no answer. */
  readonly statusCode: number | null;
  /** Null when it went well. */
  readonly error: string | null;
}

/** Ends the delivery. @returns false when the lease has been lost; then another attempt decides. */
export async function finishDelivery(
  db: Db,
  lease: LeasedDelivery,
  status: 'delivered' | 'failed',
  result: AttemptResult,
): Promise<boolean> {
  const row = await db
    .updateTable('delivery')
    .set({
      status,
      leased_until: null,
      last_status_code: result.statusCode,
      last_error: result.error,
      date_finished: sql`now()`,
    })
    .where('id', '=', lease.id)
    .where('attempts', '=', lease.attempts)
    .where('status', '<>', 'delivered')
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Sets the next attempt `delayMs` from now, or ends the delivery as failed when that would be later than
 * `giveUpAfterMs` after its creation.
 * @returns the delivery's status; undefined when the lease has been lost.
 */
export async function postponeDelivery(
  db: Db,
  lease: LeasedDelivery,
  { delayMs, giveUpAfterMs }: { readonly delayMs: number; readonly giveUpAfterMs: number },
  result: AttemptResult,
): Promise<DeliveryRow['status'] | undefined> {
  const isOver = sql<boolean>`now() + ${inMilliseconds(delayMs)} > date_created + ${inMilliseconds(giveUpAfterMs)}`;
  const row = await db
    .updateTable('delivery')
    .set({
      status: sql<DeliveryRow['status']>`case when ${isOver} then 'failed' else 'pending' end`,
      leased_until: null,
      next_attempt_at: sql`now() + ${inMilliseconds(delayMs)}`,
      last_status_code: result.statusCode,
      last_error: result.error,
      date_finished: sql`case when ${isOver} then now() end`,
    })
    .where('id', '=', lease.id)
    .where('attempts', '=', lease.attempts)
    .where('status', '<>', 'delivered')
    .returning('status')
    .executeTakeFirst();
  return row?.status;
}

/** Ids of e-mails that could be attempted now and that nobody is attempting, longest due first. */
export async function findDueEmails(db: Db, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('delivery')
    .select('id')
    .where('channel', '=', 'email')
    .where('status', '=', 'pending')
    .where('next_attempt_at', '<=', sql<Date>`now()`)
    .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<', sql<Date>`now()`)]))
    .orderBy('next_attempt_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
