import { encodeId, ID_PREFIX, objectTypeOf } from '@winnow/catalog';
import { type BulkDeleteRow, type BulkDeleteStatus, insertBulkDeleteOnce } from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import { type Beginning, findMade, getMade } from './beginning.ts';
import type { Actor, EngineDeps } from './engine.ts';
import { recordEvent, ringForEvent } from './events.ts';
import { columnsOfMaxFailures, type MaxFailures } from './failure-bound.ts';
import { isFinished } from './status.ts';

/** Why a bulk delete cannot be tried again. */
export class RetryError extends Error {
  readonly problem: 'not_ended' | 'nothing_left';
  readonly status: BulkDeleteStatus;

  constructor(problem: RetryError['problem'], status: BulkDeleteStatus, message: string) {
    super(message);
    this.name = 'RetryError';
    this.problem = problem;
    this.status = status;
  }
}

/** What a retry may do otherwise than the bulk delete that it tries again. */
export interface RetryRequest {
  /** Default: as that one. */
  readonly sendDoneEmail?: boolean | undefined;
  /** Not taken over from that one, which may have stopped at it. */
  readonly maxFailures: MaxFailures | null;
}

/**
 * Makes a bulk delete of just those objects of another one that failed or whose turn never came. It is like any other
 * from there on; a worker takes the ids over from the other's pages, on the server.
 * @param parent of the actor's organization.
 * @param beginning see `createBulkDelete`: of one request there is one retry.
 * @throws RetryError: nothing has changed.
 */
export async function retryBulkDelete(
  deps: EngineDeps,
  actor: Actor,
  {
    parent,
    request,
    beginning,
  }: {
    readonly parent: BulkDeleteRow;
    readonly request: RetryRequest;
    readonly beginning: Beginning;
  },
): Promise<BulkDeleteRow> {
  const made = beginning.mayBeMade ? await findMade(deps, actor, beginning) : undefined;
  if (!made) assertSomethingLeft(parent);
  const created = made ? undefined : await insertRetry(deps, actor, { parent, request, beginning });
  const row = made ?? created?.row ?? (await getMade(deps, actor, beginning));
  if (!isFinished(row.status)) await deps.doorbell.ring(QUEUES.bulkDelete, row.id);
  await ringForEvent(deps, created?.eventId);
  return row;
}

function assertSomethingLeft(parent: BulkDeleteRow): void {
  const { status, n_objects_failed: failed, n_objects_unprocessed: unprocessed } = parent;
  if (!isFinished(status)) {
    throw new RetryError(
      'not_ended',
      status,
      `This bulk delete has not ended (${status}): what it leaves is not known yet.`,
    );
  }
  if (parent.dry_run) {
    throw new RetryError('nothing_left', status, 'There is nothing to try again: this was a dry run.');
  }
  if (parent.n_objects === null) {
    throw new RetryError(
      'nothing_left',
      status,
      'There is nothing to try again: its query was never resolved, so it has no objects. Send the query anew.',
    );
  }
  if (failed + (unprocessed ?? 0) === 0) {
    throw new RetryError(
      'nothing_left',
      status,
      'There is nothing to try again: no object failed, and none was left unprocessed.',
    );
  }
}

function insertRetry(
  { db, catalog, settings }: EngineDeps,
  actor: Actor,
  {
    parent,
    request,
    beginning,
  }: {
    readonly parent: BulkDeleteRow;
    readonly request: RetryRequest;
    readonly beginning: Beginning;
  },
): Promise<{ readonly row: BulkDeleteRow; readonly eventId: string | undefined } | undefined> {
  const { label } = objectTypeOf(catalog, parent.object_type);
  const parentId = encodeId(ID_PREFIX.bulkDelete, parent.id);
  return db.transaction().execute(async (trx) => {
    const row = await insertBulkDeleteOnce(trx, {
      id: beginning.id,
      organization_id: actor.organizationId,
      created_by: actor.userId,
      updated_by: actor.userId,
      api_key_id: actor.apiKeyId,
      request_id: actor.requestId,
      request_method: actor.request?.method ?? null,
      request_path: actor.request?.path ?? null,
      source: 'retry',
      parent_id: parent.id,
      object_type: parent.object_type,
      status: 'created',
      s_query: null,
      query: null,
      query_words: `${label.many} that ${parentId} could not delete or did not get to`,
      sort: '[]',
      results_limit: null,
      send_done_email: request.sendDoneEmail ?? parent.send_done_email,
      archive: parent.archive,
      archive_retention_ms: settings.archiveRetentionMs,
      page_size: settings.pageSize,
      tz_offset_minutes: parent.tz_offset_minutes,
      ...columnsOfMaxFailures(request.maxFailures),
      n_objects: null,
      n_roots: null,
      error_message: null,
      date_started: null,
      date_finished: null,
      date_announced: null,
    });
    return row && { row, eventId: await recordEvent(trx, catalog, row, 'created') };
  });
}
