import { type NotificationDeps, runTurn } from '@winnow/notification';
import { type Doorbell, QUEUES } from '@winnow/queue';
import { forRows, type Processor } from './processor.ts';

const SECOND = 1000;

/**
 * One turn of one subscription. Its successor goes to the tail of the queue, so that a subscription with much to send
 * never holds up another, or waits until something is due again.
 */
export function createWebhookProcessor(deps: NotificationDeps & { readonly doorbell: Doorbell }): Processor {
  return forRows(deps.logger.child({ queue: QUEUES.webhook }), async (id, signal) => {
    const { nextMs, eventIds } = await runTurn(deps, id, signal);
    for (const eventId of eventIds) await deps.doorbell.ring(QUEUES.event, eventId);
    if (nextMs === undefined) return;
    if (nextMs === 0) await deps.doorbell.ring(QUEUES.webhook, id);
    else await ringLater(deps.doorbell, id, nextMs);
  });
}

/**
 * At most one ring for each second to come, however many turns end in waiting for it. What is due in a moment is rung
 * for by itself: its second may be the one whose ring is in hand here, and then another is not heard.
 */
async function ringLater(doorbell: Doorbell, id: string, delayMs: number): Promise<void> {
  const second = Math.ceil((Date.now() + delayMs) / SECOND);
  const once = delayMs < 2 * SECOND ? {} : { once: `at-${second}` };
  await doorbell.ring(QUEUES.webhook, id, { delayMs, ...once });
}
