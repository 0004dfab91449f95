import { type NotificationDeps, relayEvent } from '@winnow/notification';
import { type Doorbell, QUEUES } from '@winnow/queue';
import { forRows, type Processor } from './processor.ts';

/** One event of the outbox: its deliveries are made, and rung for. */
export function createEventProcessor(deps: NotificationDeps & { readonly doorbell: Doorbell }): Processor {
  return forRows(deps.logger, async (id) => {
    for (const deliveryId of await relayEvent(deps, id)) {
      // Without a queue there is no hurry either: the reconciler finds what is due.
      if (!(await deps.doorbell.ring(QUEUES.delivery, deliveryId))) return;
    }
  });
}
