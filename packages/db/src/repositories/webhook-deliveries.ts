import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { DeliveryPiece, RecordPosition } from '../tables.ts';
import type { DeliveryRow } from './deliveries.ts';

/** The turn that writes: a subscription and the number of its lease. */
export interface TurnLease {
  readonly id: string;
  readonly lease_no: number;
}

/** Deliveries of a subscription that may be sent now, longest due first. While it is paused: its pings. */
export function listDueDeliveries(
  db: Db,
  turn: { readonly subscriptionId: string; readonly onlyPings: boolean; readonly limit: number },
): Promise<DeliveryRow[]> {
  return db
    .selectFrom('delivery')
    .selectAll()
    .where('subscription_id', '=', turn.subscriptionId)
    .where('channel', '=', 'webhook')
    .where('status', '=', 'pending')
    .where('next_attempt_at', '<=', sql<Date>`now()`)
    .$if(turn.onlyPings, (query) => query.where('is_ping', '=', true))
    .orderBy('next_attempt_at')
    .orderBy('id')
    .limit(turn.limit)
    .execute();
}

/** One try at a delivery, for its log. */
export interface AttemptRecord {
  readonly dateStarted: Date;
  readonly tookMs: number;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly nSent: number;
}

/** A part of a page that failed, to be tried by itself from now on. */
export interface NewPiece {
  readonly id: string;
  readonly piece: DeliveryPiece;
  readonly nEvents: number;
  readonly delayMs: number;
  readonly attempt: AttemptRecord;
}

/** What changes in a delivery. */
export interface DeliveryProgress {
  /** `retry` becomes `failed` when the next attempt would come too late. */
  readonly outcome: 'delivered' | 'failed' | 'dropped' | 'retry' | 'goes on';
  readonly nSent: number;
  /** Events that it no longer stands for: filtered out, or pieces by themselves now. */
  readonly nLess: number;
  /** Absent: as it was. */
  readonly position?: RecordPosition;
  /** Before the next attempt, after `retry`. */
  readonly delayMs: number;
  readonly giveUpAfterMs: number;
  /** Null while an attempt is still under way. */
  readonly attempt: AttemptRecord | null;
  readonly pieces: readonly NewPiece[];
}

const inMilliseconds = (duration: number) => sql`${duration}::double precision * interval '1 millisecond'`;

/**
 * Writes down what came of sending, in one statement: the delivery, its log, and the pieces that go their own way.
 * Nothing is written once the lease of the turn has ended or the delivery has been moved by somebody else.
 * @returns the delivery's status after it, or undefined when nothing was written: the turn must stop.
 */
export async function saveProgress(
  db: Db,
  turn: TurnLease,
  delivery: Pick<DeliveryRow, 'id' | 'n_sent'>,
  progress: DeliveryProgress,
): Promise<DeliveryRow['status'] | undefined> {
  const { outcome, attempt } = progress;
  const isOver = sql`now() + ${inMilliseconds(progress.delayMs)} > d.date_queued + ${inMilliseconds(progress.giveUpAfterMs)}`;
  const status =
    outcome === 'retry'
      ? sql`case when ${isOver} then 'failed' else 'pending' end`
      : sql`${outcome === 'goes on' ? 'pending' : outcome}::text`;
  const pieces = progress.pieces.map(
    ({ id, piece, nEvents, delayMs, attempt: { dateStarted, ...tried } }) => ({
      id,
      piece,
      key: `${piece.until.objectType}:${piece.until.id}`,
      n_events: nEvents,
      delay_ms: delayMs,
      date_started: dateStarted.toISOString(),
      took_ms: tried.tookMs,
      status_code: tried.statusCode,
      error: tried.error,
    }),
  );
  // A new piece locks its subscription by the foreign key. Whoever removes a subscription locks it before its
  // deliveries: the other way round the two would wait for each other.
  const firstTheSubscription = pieces.length === 0 ? sql`` : sql`for key share`;
  const { rows } = await sql<{ status: DeliveryRow['status'] }>`
    with saved as (
      update delivery as d set
        status = ${status},
        n_sent = d.n_sent + ${progress.nSent},
        n_events = d.n_events - ${progress.nLess},
        position = coalesce(${progress.position ? JSON.stringify(progress.position) : null}::jsonb, d.position),
        attempts = d.attempts + ${attempt === null ? 0 : 1},
        failures = case when ${outcome === 'retry'} then d.failures + 1 when ${progress.nSent > 0} then 0 else d.failures end,
        next_attempt_at = case when ${outcome === 'retry'} then now() + ${inMilliseconds(progress.delayMs)}
          else d.next_attempt_at end,
        last_status_code = case when ${attempt !== null} then ${attempt?.statusCode ?? null}::integer else d.last_status_code end,
        last_error = case when ${attempt !== null} then ${outcome === 'delivered' ? null : (attempt?.error ?? null)}::text else d.last_error end,
        date_finished = case when ${status} <> 'pending' then now() end
      where d.id = ${delivery.id} and d.status = 'pending' and d.n_sent = ${delivery.n_sent}
        and exists (
          select from webhook_subscription as s
          where s.id = ${turn.id} and s.lease_no = ${turn.lease_no} and s.leased_until > now()
          ${firstTheSubscription}
        )
      returning d.*
    ), logged as (
      insert into delivery_attempt (delivery_id, attempt, date_started, took_ms, status_code, error, n_sent)
      select id, attempts, ${attempt?.dateStarted ?? null}::timestamptz, ${attempt?.tookMs ?? null}::integer,
        ${attempt?.statusCode ?? null}::integer, ${attempt?.error ?? null}::text, ${attempt?.nSent ?? null}::integer
      from saved where ${attempt !== null}
    ), torn as (
      insert into delivery (id, organization_id, event_id, channel, subscription_id, piece, piece_key, n_events,
        attempts, failures, next_attempt_at, last_status_code, last_error, date_queued)
      select p.id, saved.organization_id, saved.event_id, saved.channel, saved.subscription_id, p.piece, p.key, p.n_events,
        1, 1, now() + p.delay_ms * interval '1 millisecond', p.status_code, p.error, saved.date_queued
      from saved, jsonb_to_recordset(${JSON.stringify(pieces)}::jsonb) as p (id uuid, piece jsonb, key text,
        n_events integer, delay_ms double precision, status_code integer, error text)
      on conflict on constraint delivery_once do update set
        status = 'pending', n_sent = 0, n_events = excluded.n_events, position = null, date_finished = null,
        attempts = delivery.attempts + 1, failures = 1, next_attempt_at = excluded.next_attempt_at,
        last_status_code = excluded.last_status_code, last_error = excluded.last_error, date_queued = excluded.date_queued
      returning id, attempts, piece_key
    ), torn_logged as (
      insert into delivery_attempt (delivery_id, attempt, date_started, took_ms, status_code, error, n_sent)
      select torn.id, torn.attempts, p.date_started, p.took_ms, p.status_code, p.error, 0
      from torn join jsonb_to_recordset(${JSON.stringify(pieces)}::jsonb) as p (key text, date_started timestamptz,
        took_ms integer, status_code integer, error text) on p.key = torn.piece_key
    )
    select status from saved
  `.execute(db);
  return rows[0]?.status;
}
