import { type BulkDeleteRow, insertBulkDeleteOnce } from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import { type Beginning, findMade, firstBeginning, getMade } from './beginning.ts';
import type { Actor, EngineDeps } from './engine.ts';
import { BulkDeleteError } from './errors.ts';
import { recordEvent, ringForEvent } from './events.ts';
import { prepareBulkDelete } from './prepare.ts';
import type { BulkDeleteRequest } from './request.ts';
import { isFinished } from './status.ts';

/**
 * Makes a bulk delete and rings for a worker. The query, `now`, the time zone and the user are frozen here; the ids
 * when a worker resolves the query. The record is committed before the bell rings, so a queue that is away delays
 * the work and loses nothing.
 * @param beginning of a request that may come more than once: the first one that gets so far makes the bulk delete, all
 *   others are given that one.
 * @throws QueryError, BulkDeleteError: nothing has changed.
 */
export async function createBulkDelete(
  deps: EngineDeps,
  actor: Actor,
  request: BulkDeleteRequest,
  beginning: Beginning = firstBeginning(),
): Promise<BulkDeleteRow> {
  const made = beginning.mayBeMade ? await findMade(deps, actor, beginning) : undefined;
  if (made) return ringFor(deps, made);
  const { checked, record } = await prepareBulkDelete(deps, actor, request);
  assertMeant(request, checked.query.matchesEverything);
  const created = await deps.db.transaction().execute(async (trx) => {
    const row = await insertBulkDeleteOnce(trx, {
      ...record,
      id: beginning.id,
      status: 'created',
      n_objects: null,
      n_roots: null,
      date_started: null,
      date_finished: null,
    });
    return row && { row, eventId: await recordEvent(trx, deps.catalog, row, 'created') };
  });
  if (!created) return ringFor(deps, await getMade(deps, actor, beginning));
  const { row, eventId } = created;
  await Promise.all([deps.doorbell.ring(QUEUES.bulkDelete, row.id), ringForEvent(deps, eventId)]);
  return row;
}

/** Whoever made it may not have come to ringing. */
async function ringFor(deps: EngineDeps, row: BulkDeleteRow): Promise<BulkDeleteRow> {
  if (!isFinished(row.status)) await deps.doorbell.ring(QUEUES.bulkDelete, row.id);
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
