import { type EngineDeps, runBulkActionSlice } from '@winnow/bulk-delete';
import { QUEUES } from '@winnow/queue';
import { forRows, type Processor } from './processor.ts';

/**
 * One turn on one bulk delete or undo. Its successor goes to the tail of the queue, so that a small bulk delete never waits for a
 * large one; also when this process is stopping, so that another goes on at once. A turn that throws rings for nothing:
 * the database is away, and the reconciler asks it when it is back.
 */
export function createBulkDeleteProcessor(deps: EngineDeps): Processor {
  return forRows(deps.logger.child({ queue: QUEUES.bulkDelete }), async (id, signal) => {
    const outcome = await runBulkActionSlice(deps, id, signal);
    if (outcome.kind === 'more') await deps.doorbell.ring(QUEUES.bulkDelete, id);
    if (outcome.kind === 'later') {
      await deps.doorbell.ring(QUEUES.bulkDelete, id, { delayMs: outcome.delayMs });
    }
  });
}
