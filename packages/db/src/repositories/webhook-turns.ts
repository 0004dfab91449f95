import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { WebhookSubscriptionRow } from './webhook-subscription-row.ts';

const inMilliseconds = (duration: number) => sql`${duration}::double precision * interval '1 millisecond'`;

/**
 * Whether a subscription `s` has something to send now. Its creator's pause and the rest of its receiver hold back
 * everything but a ping, which asks whether the receiver is there.
 */
const HAS_DUE: RawBuilder<boolean> = sql<boolean>`exists (
  select from delivery as d
  where d.subscription_id = s.id and d.channel = 'webhook' and d.status = 'pending' and d.next_attempt_at <= now()
    and (d.is_ping or (s.status = 'active' and coalesce(s.resting_until, now()) <= now()))
)`;

/** A subscription that this process has the turn of, until `leased_until`. `lease_no` is the token of the lease. */
export type LeasedSubscription = WebhookSubscriptionRow & {
  /** When the turn began, by the database's clock. */
  readonly leased_at: Date;
};

/**
 * Takes a subscription for a turn, when it has something to send and nobody else has it. The lease ends by itself:
 * when a process dies in its turn another goes on.
 * @returns undefined when there is nothing to do, or nothing for this process.
 */
export function leaseSubscription(
  db: Db,
  { id, leaseMs }: { readonly id: string; readonly leaseMs: number },
): Promise<LeasedSubscription | undefined> {
  return db
    .updateTable('webhook_subscription as s')
    .set({
      leased_until: sql<Date>`now() + ${inMilliseconds(leaseMs)}`,
      lease_no: sql<number>`s.lease_no + 1`,
    })
    .where('s.id', '=', id)
    .where(sql<boolean>`coalesce(s.leased_until, now()) <= now()`)
    .where(HAS_DUE)
    .returningAll('s')
    .returning(sql<Date>`now()`.as('leased_at'))
    .executeTakeFirst();
}

/**
 * Lets a turn that goes on have its lease for longer.
 * @returns false when the turn has ended or somebody else has had one since: then it must stop.
 */
export async function renewLease(
  db: Db,
  turn: { readonly id: string; readonly leaseNo: number },
  leaseMs: number,
): Promise<boolean> {
  const row = await db
    .updateTable('webhook_subscription')
    .set({ leased_until: sql<Date>`now() + ${inMilliseconds(leaseMs)}` })
    .where('id', '=', turn.id)
    .where('lease_no', '=', turn.leaseNo)
    .where('leased_until', 'is not', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** How the receiver has been doing in a turn. */
export interface TurnRecord {
  readonly attempts: number;
  readonly delivered: number;
  /** At the end, those of the turns before included. */
  readonly failuresInRow: number;
  /** No turn before this time has passed. Milliseconds; null for no rest. */
  readonly restMs: number | null;
}

/**
 * Ends a turn and writes down how the receiver did. Changes nothing when somebody else has had a turn since.
 * @returns for how long everything has been failing, in milliseconds: 0 when something goes well, and for a lost lease.
 */
export async function finishTurn(
  db: Db,
  turn: { readonly id: string; readonly leaseNo: number },
  record: TurnRecord,
): Promise<number> {
  const wentWell = record.delivered > 0;
  const row = await db
    .updateTable('webhook_subscription')
    .set({
      leased_until: null,
      ...(record.attempts === 0
        ? {}
        : {
            failures_in_row: record.failuresInRow,
            failing_since:
              record.failuresInRow === 0
                ? null
                : sql<Date>`coalesce(${wentWell ? sql`null` : sql`failing_since`}, now())`,
            rests_in_row: record.restMs === null ? 0 : sql<number>`rests_in_row + 1`,
            resting_until:
              record.restMs === null ? null : sql<Date>`now() + ${inMilliseconds(record.restMs)}`,
            ...(wentWell ? { date_warned: null } : {}),
          }),
    })
    .where('id', '=', turn.id)
    .where('lease_no', '=', turn.leaseNo)
    .returning(
      sql<number>`coalesce(extract(epoch from now() - failing_since) * 1000, 0)::bigint`.as('failing_ms'),
    )
    .executeTakeFirst();
  return row?.failing_ms ?? 0;
}

/** Milliseconds until a subscription has something to send: 0 for now, undefined when nothing waits. */
export async function nextDueMs(db: Db, id: string): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select ceil(extract(epoch from greatest(
      min(d.next_attempt_at),
      case when bool_or(d.is_ping) then null else max(s.resting_until) end,
      now()) - now()) * 1000)::bigint as ms
    from webhook_subscription as s
    join delivery as d on d.subscription_id = s.id and d.channel = 'webhook' and d.status = 'pending'
    where s.id = ${id} and (d.is_ping or s.status = 'active')
    having count(*) > 0
  `.execute(db);
  return rows[0]?.ms ?? undefined;
}

/** Ids of subscriptions that have something to send and no turn. */
export async function findDueSubscriptions(db: Db, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('webhook_subscription as s')
    .select('s.id')
    .where(sql<boolean>`coalesce(s.leased_until, now()) <= now()`)
    .where(HAS_DUE)
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
