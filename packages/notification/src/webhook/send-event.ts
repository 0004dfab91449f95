import type { AttemptRecord, DeliveryRow, EventRow, JsonObject } from '@winnow/db';
import { presentEvent } from '@winnow/event-log';
import { retryDelayMs } from '../backoff.ts';
import { shipBatch, shipEvent } from './shipment.ts';
import type { Posted, Turn } from './turn.ts';

const NOT_ASKED = 'The subscription no longer asks for this event.';

/** An attempt as its delivery's log has it. */
export function toAttempt({ outcome, startedAt, tookMs }: Posted, nSent: number): AttemptRecord {
  const error = outcome.kind === 'delivered' ? null : outcome.reason;
  return { dateStarted: startedAt, tookMs, statusCode: outcome.statusCode, error, nSent };
}

/** Sends an event that has a row of its own, and writes down what came of it. */
export async function sendEvent(turn: Turn, delivery: DeliveryRow, row: EventRow): Promise<void> {
  const event = presentEvent(row, turn.deps.catalog);
  const shown = delivery.is_ping ? event : turn.wishes.match(event);
  if (shown === undefined) {
    const { last_status_code: statusCode } = delivery;
    const attempt = { dateStarted: turn.now(), tookMs: 0, statusCode, error: NOT_ASKED, nSent: 0 };
    await turn.save(delivery, { outcome: 'dropped', attempt });
    return;
  }
  const posted = await turn.post(ship(turn, shown));
  if (posted === undefined) return;
  const { kind } = posted.outcome;
  if (kind === 'delivered') {
    await turn.save(delivery, { outcome: 'delivered', nSent: 1, attempt: toAttempt(posted, 1) });
    return;
  }
  // A ping asks whether the receiver is there now: an answer that comes in two days would tell nobody anything.
  const isLast = kind === 'failed' || delivery.is_ping;
  await turn.save(delivery, {
    outcome: isLast ? 'failed' : 'retry',
    delayMs: pauseAfter(turn, delivery.failures),
    attempt: toAttempt(posted, 0),
  });
}

/** How long a delivery waits that has failed so many times before. Milliseconds. */
export function pauseAfter(turn: Turn, failuresBefore: number): number {
  return retryDelayMs(failuresBefore + 1, turn.deps.settings.retryBaseMs, Math.random());
}

/** An event alone in its POST: in a list of one where the subscription asks for lists. */
function ship(turn: Turn, event: JsonObject) {
  const { subscriptionId, subscription } = turn;
  return subscription.batch === null ? shipEvent(subscriptionId, event) : shipBatch(subscriptionId, [event]);
}
