import { type NotificationDeps, relayEvent } from '@winnow/notification';
import { type Doorbell, QUEUES } from '@winnow/queue';
import { forRows, type Processor } from './processor.ts';

/** One row of the outbox: its deliveries are made, and rung for. */
export function createEventProcessor(deps: NotificationDeps & { readonly doorbell: Doorbell }): Processor {
  return forRows(deps.logger.child({ queue: QUEUES.event }), async (id) => {
    const { emailIds, subscriptionIds } = await relayEvent(deps, id);
    const rings = [
      ...emailIds.map((emailId) => ({ queue: QUEUES.delivery, id: emailId })),
      ...subscriptionIds.map((subscriptionId) => ({ queue: QUEUES.webhook, id: subscriptionId })),
    ];
    for (const ring of rings) {
      // Without a queue there is no hurry either: the reconciler finds what is due.
      if (!(await deps.doorbell.ring(ring.queue, ring.id))) return;
    }
  });
}
