import type { ActiveSubscription, EventRow } from '@winnow/db';

type Occurrence = Pick<EventRow, 'object_type' | 'action'>;

/** Whether the subscription asks for this kind of event: both words equal, no wildcards (reference, 5.5). */
export function isSubscribed(subscription: Pick<ActiveSubscription, 'events'>, event: Occurrence): boolean {
  return subscription.events.some(
    (wanted) => wanted.object_type === event.object_type && wanted.action === event.action,
  );
}
