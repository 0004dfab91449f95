import { newId } from '@winnow/catalog';
import { type BulkDeleteRow, insertBulkDelete } from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import type { Actor, EngineDeps } from './engine.ts';
import { BulkDeleteError } from './errors.ts';
import { recordEvent, ringForEvent } from './events.ts';
import { prepareBulkDelete } from './prepare.ts';
import type { BulkDeleteRequest } from './request.ts';

/**
 * Makes a bulk delete and rings for a worker. The query, `now`, the time zone and the user are frozen here; the ids
 * when a worker resolves the query. The record is committed before the bell rings, so a queue that is away delays
 * the work and loses nothing.
 * @throws QueryError, BulkDeleteError: nothing has changed.
 */
export async function createBulkDelete(
  deps: EngineDeps,
  actor: Actor,
  request: BulkDeleteRequest,
): Promise<BulkDeleteRow> {
  const { checked, record } = await prepareBulkDelete(deps, actor, request);
  assertMeant(request, checked.query.matchesEverything);
  const { row, eventId } = await deps.db.transaction().execute(async (trx) => {
    const row = await insertBulkDelete(trx, {
      ...record,
      id: newId(),
      status: 'created',
      n_objects: null,
      n_roots: null,
      date_started: null,
      date_finished: null,
    });
    return { row, eventId: await recordEvent(trx, deps.catalog, row, 'created') };
  });
  await Promise.all([deps.doorbell.ring(QUEUES.bulkDelete, row.id), ringForEvent(deps, eventId)]);
  return row;
}

/** A missing filter never means "everything" (design, invariant 4): it has to be said, in words of its own. */
function assertMeant({ matchAll, query }: BulkDeleteRequest, matchesEverything: boolean): void {
  if (matchesEverything && !matchAll) {
    throw new BulkDeleteError(
      'BULK_DELETE_MATCHES_EVERYTHING',
      query === null ? 's_query' : 'query',
      'This query has no condition and would delete every object of its type. ' +
        'Add a condition, or send "match_all": true beside it if that is what you mean.',
    );
  }
}
