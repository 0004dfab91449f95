import {
  type DeliveryRow,
  type EventRow,
  finishTurn,
  leaseSubscription,
  listDueDeliveries,
  listEventsForDeliveries,
  nextDueMs,
} from '@winnow/db';
import { isRecordPage } from '@winnow/event-log';
import pLimit from 'p-limit';
import type { NotificationDeps } from '../deps.ts';
import { judgeReceiver } from './judge-receiver.ts';
import { keepLease, LEASE_MS } from './keep-lease.ts';
import { pauseAfter, sendEvent } from './send-event.ts';
import { sendPage } from './send-page.ts';
import { beginTurn, type Turn } from './turn.ts';

/** Deliveries looked up at once. */
const DELIVERIES_AT_ONCE = 100;
const OUR_FAULT = 'It could not be sent for a reason of ours.';

export interface TurnOutcome {
  /** Until the subscription has something to send: 0 for now, undefined when nothing waits. Milliseconds. */
  readonly nextMs: number | undefined;
  /** Ids of events that the turn has caused, to ring for. */
  readonly eventIds: readonly string[];
}

const NOTHING: TurnOutcome = { nextMs: undefined, eventIds: [] };

/**
 * Gives a subscription a turn: leases it, sends what is due for a few seconds, and ends the lease. So a receiver that
 * hangs holds nobody's deliveries but its own, and no database connection. Two turns of one subscription never run at
 * once; when a process dies in a turn, another may take the next when the lease has run out.
 * @throws the database's error, when it could not be asked or told.
 */
export async function runTurn(
  deps: NotificationDeps,
  subscriptionId: string,
  signal: AbortSignal,
): Promise<TurnOutcome> {
  const subscription = await leaseSubscription(deps.db, { id: subscriptionId, leaseMs: LEASE_MS });
  if (!subscription) return NOTHING;
  const turn = beginTurn(deps, subscription, signal);
  const ended = { id: subscription.id, leaseNo: subscription.lease_no };
  const letGo = keepLease(deps, ended, turn);
  try {
    await sendWhatIsDue(turn);
  } catch (error) {
    // Nothing is being sent any more, so others need not wait for the lease to run out.
    await finishTurn(deps.db, ended, turn.record()).catch(() => undefined);
    throw error;
  } finally {
    letGo();
    await turn.close();
  }
  const record = turn.record();
  const failingMs = await finishTurn(deps.db, ended, record);
  const eventIds = await judgeReceiver(deps, ended, { failingMs, gone: turn.gone });
  deps.logger.info({ subscriptionId, ...record, failingMs }, 'turn of a webhook subscription');
  // After the lease has ended: a ring that came while it was held found it held, and this is where it is made up for.
  return { nextMs: await nextDueMs(deps.db, subscription.id), eventIds };
}

async function sendWhatIsDue(turn: Turn): Promise<void> {
  const { deps, subscription } = turn;
  const limit = pLimit(deps.settings.turn.deliveriesAtOnce);
  while (!turn.isOver()) {
    const deliveries = await listDueDeliveries(deps.db, {
      subscriptionId: subscription.id,
      onlyPings: subscription.status === 'paused' || isResting(subscription.resting_until, turn.now()),
      limit: DELIVERIES_AT_ONCE,
    });
    if (deliveries.length === 0) return;
    const events = await listEventsForDeliveries(
      deps.db,
      deliveries.map(({ event_id }) => event_id),
    );
    const byId = new Map(events.map((event) => [event.id, event]));
    const work = deliveries.map((delivery) =>
      limit(async () => {
        if (!turn.isOver()) await attempt(turn, delivery, byId.get(delivery.event_id));
      }),
    );
    // All of them, also after an error: what is still being sent must not go on without its lease.
    const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

/** Sends one delivery. A fault of ours in it is tried again later, and holds up no other. */
async function attempt(turn: Turn, delivery: DeliveryRow, event: EventRow | undefined): Promise<void> {
  const dateStarted = turn.now();
  try {
    await send(turn, delivery, event);
  } catch (error) {
    turn.deps.logger.error({ err: error, deliveryId: delivery.id }, 'sending a delivery broke off');
    try {
      const tookMs = turn.now().getTime() - dateStarted.getTime();
      await turn.save(delivery, {
        outcome: 'retry',
        delayMs: pauseAfter(turn, delivery.failures),
        attempt: { dateStarted, tookMs, statusCode: null, error: OUR_FAULT, nSent: 0 },
      });
    } catch (unsaved) {
      turn.stop();
      throw unsaved;
    }
  }
}

/** A ping may have been let through a rest; what else is due waits for its end. */
const isResting = (until: Date | null, now: Date): boolean => until !== null && until > now;

async function send(turn: Turn, delivery: DeliveryRow, event: EventRow | undefined): Promise<void> {
  // Its foreign key keeps an event that has deliveries.
  if (event === undefined) throw new Error(`delivery ${delivery.id} has no event`);
  if (isRecordPage(event)) await sendPage(turn, delivery, event);
  else await sendEvent(turn, delivery, event);
}
