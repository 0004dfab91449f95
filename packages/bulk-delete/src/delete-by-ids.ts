import { setTimeout as pause } from 'node:timers/promises';
import { newId, objectTypeOf } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  type BulkDeleteSource,
  boundTransaction,
  findBulkDelete,
  findBulkDeleteForWork,
  finishResolving,
  insertBulkDeleteOnce,
  insertPages,
  type Trx,
  targetsOfIds,
} from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import type { Actor, EngineDeps } from './engine.ts';
import { runSlice } from './slice.ts';
import { isFinished } from './status.ts';
import { isWorkable } from './waiting.ts';

/** How often a caller looks who waits for pages that others have. */
const LOOK_EVERY_MS = 20;
/** A page may wait so long for a lock even when the caller's time is as good as up: other pages lock for moments. */
export const LEAST_LOCK_WAIT_MS = 100;

/** Objects to delete, by their ids. */
export interface DeletionByIds {
  /**
   * UUID of the bulk delete. When the organization has one of this id already, a repetition of the request that made
   * it has come: that one is gone on with, whatever stands beside it here. Without it a new one.
   */
  readonly id?: string;
  readonly objectType: string;
  /** Plain UUIDs; one that comes twice counts once. */
  readonly ids: readonly string[];
  readonly source: Exclude<BulkDeleteSource, 'query' | 'retry'>;
  /** What must be true if, and only if, the bulk delete is: it runs in the transaction that makes it. */
  readonly before?: (trx: Trx) => Promise<void>;
}

/**
 * Deletes the objects with these ids through the same pages as every bulk delete, and waits for them.
 * @returns the bulk delete, with status `done` and exact counts; still `processing` when it takes longer than a
 *   caller should wait, as when a record is locked by somebody else: workers finish it.
 * @throws the database's error when the server cannot work now; what is committed by then is finished by workers.
 */
export async function deleteByIds(
  deps: EngineDeps,
  actor: Actor,
  request: DeletionByIds,
): Promise<BulkDeleteRow> {
  const created = await createResolved(deps, actor, request);
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
  const { synchronousMs } = deps.settings;
  if (synchronousMs === 0) return false;
  const deadline = performance.now() + synchronousMs;
  const signal = AbortSignal.timeout(synchronousMs);
  for (;;) {
    const outcome = await runSlice(waitingAtMost(deps, deadline - performance.now()), id, signal);
    if (outcome.kind === 'finished') return true;
    if (signal.aborted) return false;
    if (outcome.kind === 'nothing') {
      if (!(await isLeftToOthers(deps, id))) return false;
      await pause(Math.min(LOOK_EVERY_MS, Math.max(0, deadline - performance.now())));
    }
    if (outcome.kind === 'later') await pause(Math.min(outcome.delayMs, deadline - performance.now()));
  }
}

/** Whether others go on with it: a reconciler may have found it while a page of it waited for a lock. */
async function isLeftToOthers({ db }: EngineDeps, id: string): Promise<boolean> {
  const row = await findBulkDeleteForWork(db, id);
  return row !== undefined && isWorkable(row);
}

/** For a caller who waits: a page gives up on a lock when the caller's time is up, and is left to workers. */
function waitingAtMost(deps: EngineDeps, waitMs: number): EngineDeps {
  const { page } = deps.settings;
  const lockTimeoutMs = Math.ceil(Math.min(page.lockTimeoutMs, Math.max(waitMs, LEAST_LOCK_WAIT_MS)));
  return { ...deps, settings: { ...deps.settings, page: { ...page, lockTimeoutMs } } };
}

async function createResolved(
  deps: EngineDeps,
  actor: Actor,
  { id = newId(), objectType: objectTypeName, ids, source, before }: DeletionByIds,
): Promise<BulkDeleteRow> {
  const { db, catalog, settings } = deps;
  const objectType = objectTypeOf(catalog, objectTypeName);
  const { organizationId } = actor;
  const made = await db.transaction().execute(async (trx) => {
    await boundTransaction(trx, waitingAtMost(deps, settings.synchronousMs).settings.page);
    const inserted = await insertBulkDeleteOnce(trx, {
      id,
      organization_id: organizationId,
      created_by: actor.userId,
      updated_by: actor.userId,
      api_key_id: actor.apiKeyId,
      request_id: actor.requestId,
      request_method: actor.request?.method ?? null,
      request_path: actor.request?.path ?? null,
      source,
      object_type: objectType.name,
      status: 'loading',
      s_query: null,
      query: null,
      sort: '[]',
      results_limit: null,
      send_done_email: false,
      archive_retention_ms: settings.archiveRetentionMs,
      page_size: settings.pageSize,
      n_objects: null,
      n_roots: null,
      error_message: null,
      date_started: new Date(),
      date_finished: null,
      date_announced: null,
    });
    if (!inserted) return undefined;
    await before?.(trx);
    const counts = await insertPages(trx, {
      bulkDeleteId: id,
      pageSize: settings.pageSize,
      targets: targetsOfIds(catalog, objectType, { organizationId, ids: [...new Set(ids)] }),
      rootsAreTargets: objectType.name === catalog.rootObjectType,
    });
    return finishResolving(trx, id, counts);
  });
  const row = made ?? (await findBulkDelete(db, { organizationId, id }));
  if (!row) throw new Error(`the id ${id} is another organization's bulk delete`);
  return row;
}
