import { deliver, type NotificationDeps } from '@winnow/notification';
import { type Doorbell, QUEUES } from '@winnow/queue';
import { forRows, type Processor } from './processor.ts';

/** One attempt at one e-mail; the next, if there is to be one, when its pause is over. */
export function createDeliveryProcessor(deps: NotificationDeps & { readonly doorbell: Doorbell }): Processor {
  return forRows(deps.logger.child({ queue: QUEUES.delivery }), async (id) => {
    const outcome = await deliver(deps, id);
    if (outcome.kind === 'retry') await deps.doorbell.ring(QUEUES.delivery, id, { delayMs: outcome.delayMs });
  });
}
