import { type EngineDeps, findIdleBulkDeletes, findIdleBulkUndos } from '@winnow/bulk-delete';
import { findDueEmails, findDueSubscriptions, findUnrelayedEvents } from '@winnow/db';
import { QUEUES, type QueueName, type Unattended } from '@winnow/queue';

/** Most of each kind that one look rings for; the next look finds the others. */
const LIMIT = 200;

/** Everything in Postgres that has work and no worker, whatever the queue may say. */
export async function findUnattended(
  deps: Pick<EngineDeps, 'db' | 'settings'>,
): Promise<readonly Unattended[]> {
  const [bulkDeletes, bulkUndos, events, emails, subscriptions] = await Promise.all([
    findIdleBulkDeletes(deps),
    findIdleBulkUndos(deps),
    findUnrelayedEvents(deps.db, LIMIT),
    findDueEmails(deps.db, LIMIT),
    findDueSubscriptions(deps.db, LIMIT),
  ]);
  const on = (queue: QueueName, ids: readonly string[]) => ids.map((id) => ({ queue, id }));
  return [
    ...on(QUEUES.bulkDelete, [...bulkDeletes, ...bulkUndos]),
    ...on(QUEUES.event, events),
    ...on(QUEUES.delivery, emails),
    ...on(QUEUES.webhook, subscriptions),
  ];
}
