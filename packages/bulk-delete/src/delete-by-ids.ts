import { newId, objectTypeOf } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  findBulkDeleteForWork,
  finishResolving,
  insertBulkDelete,
  insertPages,
  targetsOfIds,
} from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import type { Actor, EngineDeps } from './engine.ts';
import { runSlice } from './slice.ts';
import { isFinished } from './status.ts';

/** Longest time that a caller waits for a deletion by ids; after it workers go on in the background. */
const SYNCHRONOUS_MS = 20_000;

/**
 * Deletes the objects with these ids through the same pages as every bulk delete, and waits for them.
 * @param request.ids plain UUIDs; one that comes twice counts once.
 * @returns the bulk delete, with status `done` and exact counts; still `processing` when it takes longer than a
 *   caller should wait, or when a record is locked by somebody else: workers finish it.
 * @throws the database's error when the server cannot work now; what is committed by then is finished by workers.
 */
export async function deleteByIds(
  deps: EngineDeps,
  actor: Actor,
  request: { readonly objectType: string; readonly ids: readonly string[] },
): Promise<BulkDeleteRow> {
  const created = await createResolved(deps, actor, request.objectType, [...new Set(request.ids)]);
  if (isFinished(created.status)) return created;
  let isDone = false;
  try {
    isDone = await workInline(deps, created.id);
  } finally {
    if (!isDone) await deps.doorbell.ring(QUEUES.bulkDelete, created.id);
  }
  return (await findBulkDeleteForWork(deps.db, created.id)) ?? created;
}

async function workInline(deps: EngineDeps, id: string): Promise<boolean> {
  const signal = AbortSignal.timeout(SYNCHRONOUS_MS);
  let outcome = await runSlice(deps, id, signal);
  while (outcome.kind === 'more' && !signal.aborted) outcome = await runSlice(deps, id, signal);
  return outcome.kind === 'finished';
}

async function createResolved(
  deps: EngineDeps,
  actor: Actor,
  objectTypeName: string,
  ids: readonly string[],
): Promise<BulkDeleteRow> {
  const { catalog, settings } = deps;
  const objectType = objectTypeOf(catalog, objectTypeName);
  return deps.db.transaction().execute(async (trx) => {
    const now = new Date();
    const { id } = await insertBulkDelete(trx, {
      id: newId(),
      organization_id: actor.organizationId,
      created_by: actor.userId,
      updated_by: actor.userId,
      api_key_id: actor.apiKeyId,
      request_id: actor.requestId,
      source: 'ids',
      object_type: objectType.name,
      status: 'loading',
      s_query: null,
      query: null,
      sort: '[]',
      results_limit: null,
      send_done_email: false,
      page_size: settings.pageSize,
      n_objects: null,
      n_roots: null,
      error_message: null,
      date_started: now,
      date_finished: null,
      date_announced: null,
    });
    const counts = await insertPages(trx, {
      bulkDeleteId: id,
      pageSize: settings.pageSize,
      targets: targetsOfIds(catalog, objectType, { organizationId: actor.organizationId, ids }),
      rootsAreTargets: objectType.name === catalog.rootObjectType,
    });
    return finishResolving(trx, id, counts);
  });
}
