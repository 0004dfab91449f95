import { newId, type ObjectType, objectTypeOf } from '@winnow/catalog';
import { type BulkDeleteRow, insertBulkDelete, type JsonObject } from '@winnow/db';
import { compileQuery } from '@winnow/query';
import { QUEUES } from '@winnow/queue';
import { checkRequest } from './checked-request.ts';
import type { Actor, EngineDeps } from './engine.ts';
import { BulkDeleteError } from './errors.ts';
import { recordEvent, ringForEvent } from './events.ts';

/** What a client asks for. `sQuery` and `sort` are as they came; everything else is checked. */
export interface BulkDeleteRequest {
  readonly sQuery: unknown;
  readonly sort: unknown;
  /** At most so many objects, in `sort` order; null is no limit. */
  readonly resultsLimit: number | null;
  readonly sendDoneEmail: boolean;
  /** The client says that a query which matches everything is meant. */
  readonly matchAll: boolean;
  /** What the client believes the query to be about, by any of the type's names; checked when it is given. */
  readonly bulkObjectType?: string;
  /** Whether deleted records go to the archive. Without it they cannot be restored. */
  readonly archive: boolean;
  /** Minutes east of UTC: what a local day is for this request. */
  readonly tzOffsetMinutes: number;
}

/**
 * Makes a bulk delete and rings for a worker. `now`, the time zone and the user are frozen here; the ids when a
 * worker resolves the query. The record is committed before the bell rings, so a queue that is away delays the
 * work and loses nothing.
 * @throws QueryError, BulkDeleteError: nothing has changed.
 */
export async function createBulkDelete(
  deps: EngineDeps,
  actor: Actor,
  request: BulkDeleteRequest,
): Promise<BulkDeleteRow> {
  const checked = await checkRequest(
    deps.db,
    deps.catalog,
    actor.organizationId,
    request.sQuery,
    request.sort,
  );
  assertMeant(request.matchAll, checked.query.matchesEverything);
  // Pure, and thrown away: a worker compiles it again. What only shows here (a range that ends before it begins, a
  // "me" without a user) is answered now instead of ending the bulk delete later.
  compileQuery(checked.query, checked.sort, {
    catalog: deps.catalog,
    tenantId: actor.organizationId,
    userId: actor.userId,
    now: new Date(),
    tzOffsetMinutes: request.tzOffsetMinutes,
  });
  assertType(objectTypeOf(deps.catalog, checked.query.objectType), request.bulkObjectType);
  const { row, eventId } = await deps.db.transaction().execute(async (trx) => {
    const row = await insertBulkDelete(trx, {
      id: newId(),
      organization_id: actor.organizationId,
      created_by: actor.userId,
      updated_by: actor.userId,
      api_key_id: actor.apiKeyId,
      request_id: actor.requestId,
      source: 'query',
      object_type: checked.query.objectType,
      status: 'created',
      s_query: JSON.stringify(request.sQuery),
      query: null,
      sort: JSON.stringify((request.sort as readonly JsonObject[] | null | undefined) ?? []),
      results_limit: request.resultsLimit,
      send_done_email: request.sendDoneEmail,
      archive: request.archive,
      page_size: deps.settings.pageSize,
      tz_offset_minutes: request.tzOffsetMinutes,
      n_objects: null,
      n_roots: null,
      error_message: null,
      date_started: null,
      date_finished: null,
      date_announced: null,
    });
    return { row, eventId: await recordEvent(trx, deps.catalog, row, 'created') };
  });
  await Promise.all([deps.doorbell.ring(QUEUES.bulkDelete, row.id), ringForEvent(deps, eventId)]);
  return row;
}

function assertType({ bulkName, name, aliases }: ObjectType, believed: string | undefined): void {
  if (bulkName === undefined) {
    throw new BulkDeleteError(
      'BULK_DELETE_NOT_DELETABLE',
      's_query',
      `Objects of type "${name}" are part of others and cannot be bulk deleted.`,
    );
  }
  if (believed !== undefined && ![bulkName, name, ...aliases].includes(believed)) {
    throw new BulkDeleteError(
      'BULK_DELETE_OTHER_TYPE',
      'bulk_object_type',
      `s_query is about "${bulkName}", not about this. Correct one of the two, or leave this out.`,
    );
  }
}

/** A missing filter never means "everything" (design, invariant 4): it has to be said, in words of its own. */
function assertMeant(matchAll: boolean, matchesEverything: boolean): void {
  if (matchesEverything && !matchAll) {
    throw new BulkDeleteError(
      'BULK_DELETE_MATCHES_EVERYTHING',
      's_query',
      'This query has no condition and would delete every object of its type. ' +
        'Add a condition, or send "match_all": true beside s_query if that is what you mean.',
    );
  }
  if (matchAll && !matchesEverything) {
    throw new BulkDeleteError(
      'BULK_DELETE_MATCH_ALL_CONTRADICTED',
      'match_all',
      '"match_all": true says every object, but s_query has conditions. Remove one of the two.',
    );
  }
}
