import { type Catalog, encodeId, ID_PREFIX } from '@winnow/catalog';
import {
  type Db,
  type DeliveryAttemptRow,
  type DeliveryRow,
  type EventRow,
  type JsonObject,
  listEventsForDeliveries,
  listLastAttempts,
  type WebhookSubscriptionRow,
} from '@winnow/db';
import { isRecordPage } from '@winnow/event-log';
import { readWishes, type Wishes } from '@winnow/notification';
import { presentMoment } from '@winnow/records';

/**
 * Deliveries of one subscription as they are on the wire, in the same order.
 * @param options.attemptsEach most attempts that are shown of each, the newest.
 */
export async function presentDeliveries(
  { db, catalog }: { readonly db: Db; readonly catalog: Catalog },
  subscription: WebhookSubscriptionRow,
  rows: readonly DeliveryRow[],
  { attemptsEach }: { readonly attemptsEach: number },
): Promise<readonly JsonObject[]> {
  const ids = rows.map(({ id }) => id);
  const attempts = await listLastAttempts(db, ids, attemptsEach);
  const events = await listEventsForDeliveries(
    db,
    rows.map(({ event_id }) => event_id),
  );
  const wishes = readWishes(catalog, subscription);
  return rows.map((row) => {
    const event = events.find(({ id }) => id === row.event_id);
    if (event === undefined) throw new Error(`delivery ${row.id} has no event`);
    return presentDelivery(row, {
      event,
      wishes,
      attempts: attempts.filter(({ delivery_id }) => delivery_id === row.id),
    });
  });
}

function presentDelivery(
  row: DeliveryRow,
  {
    event,
    wishes,
    attempts,
  }: {
    readonly event: EventRow;
    readonly wishes: Wishes;
    readonly attempts: readonly DeliveryAttemptRow[];
  },
): JsonObject {
  const page = isRecordPage(event) ? event : undefined;
  return {
    id: encodeId(ID_PREFIX.delivery, row.id),
    subscription_id: row.subscription_id && encodeId(ID_PREFIX.webhookSubscription, row.subscription_id),
    status: row.status,
    event_id: page ? (row.piece?.event_id ?? null) : encodeId(ID_PREFIX.event, event.id),
    bulk_action_id: event.meta.bulk_action_id ?? null,
    page_no: page?.page_no ?? null,
    object_types: objectTypesOf(row, event, wishes),
    action: event.action,
    n_events: row.n_events,
    n_sent: row.n_sent,
    attempts: row.attempts,
    next_attempt: row.status === 'pending' ? presentMoment(row.next_attempt_at) : null,
    last_status_code: row.last_status_code,
    last_error: row.last_error,
    last_attempts: attempts.map(presentAttempt),
    date_created: presentMoment(row.date_created),
    date_finished: row.date_finished && presentMoment(row.date_finished),
  };
}

/** As the subscription names them. Of a page: those that it asks for today and that the page has. */
function objectTypesOf(row: DeliveryRow, event: EventRow, wishes: Wishes): readonly string[] {
  if (!isRecordPage(event)) return [event.object_type];
  const piece = row.piece;
  if (piece?.event_id) return wishes.recordNames(event.action, [piece.until.objectType]);
  return wishes.recordNames(event.action, Object.keys(event.deleted_counts));
}

function presentAttempt(attempt: DeliveryAttemptRow): JsonObject {
  return {
    attempt: attempt.attempt,
    date_started: presentMoment(attempt.date_started),
    took_ms: attempt.took_ms,
    status_code: attempt.status_code,
    error: attempt.error,
    n_sent: attempt.n_sent,
  };
}
