import { type ObjectType, objectTypeOf } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  boundTransaction,
  errorCode,
  findBulkDeleteForWork,
  finishResolving,
  insertPages,
  lockForResolving,
  markLoading,
  type ResolvedCounts,
  recoveryFor,
  type TargetQuery,
  type Trx,
  targetsLeftBy,
  targetsOfQuery,
  withSavepoint,
} from '@winnow/db';
import { compileQuery, QueryError } from '@winnow/query';
import { checkRequest } from '@winnow/search';
import { endInError, failInTransaction, logFailure } from './end-in-error.ts';
import type { EngineDeps } from './engine.ts';
import { recordEvent, ringForEvent } from './events.ts';
import { findBreach } from './guards.ts';

/** Part of the time-out after which a cancelled statement counts as timed out: two machines' seconds are not quite equal. */
const TIMED_OUT_FROM = 0.95;

/**
 * Turns the query into pages, once: afterwards the target set is frozen and the counts are known. Two workers that
 * try at the same time do not both do it; a crash leaves nothing behind. What a guard forbids ends in `error`.
 * @returns the bulk delete after it; undefined when another worker is at it, it is past resolving, or it is to stop.
 * @throws the database's error when the server cannot work now; the bulk delete is then as it was.
 */
export async function resolveBulkDelete(deps: EngineDeps, id: string): Promise<BulkDeleteRow | undefined> {
  await markLoading(deps.db, id);
  const begun = performance.now();
  try {
    const resolved = await deps.db.transaction().execute((trx) => resolveInTransaction(deps, trx, id));
    if (resolved?.row.status === 'error') logFailure(deps, resolved.row);
    await ringForEvent(deps, resolved?.eventId);
    return resolved?.row;
  } catch (error) {
    if (error instanceof Stopped || (await wasInterrupted(deps, id, error, begun))) return undefined;
    if (!isFinal(error)) throw error;
    return endInError(deps, id, reasonFor(error, deps.settings.resolveTimeoutMs));
  }
}

async function resolveInTransaction(deps: EngineDeps, trx: Trx, id: string) {
  await boundTransaction(trx, { ...deps.settings.page, statementTimeoutMs: deps.settings.resolveTimeoutMs });
  const locked = await lockForResolving(trx, id);
  if (!locked) return undefined;
  try {
    // Behind a savepoint, so that a breach takes the pages back and is recorded by the one who found it: between two
    // transactions another worker could resolve it again, find other numbers and begin to delete.
    const counts = await withSavepoint(trx, () => insertGuardedPages(deps, trx, locked));
    const row = await finishResolving(trx, id, counts);
    // Takes the pages back: until it goes on, nothing is frozen.
    if (!row) throw new Stopped();
    const action = row.status === 'done' ? 'completed' : 'updated';
    return { row, eventId: await recordEvent(trx, deps.catalog, row, action) };
  } catch (error) {
    if (!(error instanceof GuardBreach)) throw error;
    return failInTransaction(deps, trx, id, error.message);
  }
}

async function insertGuardedPages(
  deps: EngineDeps,
  trx: Trx,
  bulkDelete: BulkDeleteRow,
): Promise<ResolvedCounts> {
  const { catalog } = deps;
  const objectType = objectTypeOf(catalog, bulkDelete.object_type);
  const counts = await insertPages(trx, {
    bulkDeleteId: bulkDelete.id,
    pageSize: bulkDelete.page_size,
    targets: await findTargets(deps, trx, bulkDelete, objectType),
    rootsAreTargets: objectType.name === catalog.rootObjectType,
  });
  const drift = bulkDelete.max_drift_percent;
  const breach = findBreach(
    {
      expectedCount: bulkDelete.expected_count,
      maxDriftPercent: drift === null ? null : Number(drift),
      maxDeletes: bulkDelete.max_deletes,
    },
    { nObjects: counts.nObjects, resultsLimit: bulkDelete.results_limit, label: objectType.label },
  );
  if (breach !== undefined) throw new GuardBreach(breach);
  return counts;
}

/** What the query of a bulk delete finds, or what another one has left. */
async function findTargets(
  { catalog }: EngineDeps,
  trx: Trx,
  bulkDelete: BulkDeleteRow,
  objectType: ObjectType,
): Promise<TargetQuery> {
  const { organization_id: organizationId, created_by: userId, parent_id: parentId } = bulkDelete;
  if (parentId !== null)
    return targetsLeftBy(catalog, objectType, { organizationId, bulkDeleteId: parentId });
  const checked = await checkRequest(
    trx,
    { catalog, organizationId, userId },
    { tree: bulkDelete.frozen_query, treePath: 's_query', sort: bulkDelete.sort },
  );
  const compiled = compileQuery(checked.query, checked.sort, {
    catalog,
    tenantId: organizationId,
    userId,
    now: bulkDelete.frozen_at,
    tzOffsetMinutes: bulkDelete.tz_offset_minutes,
  });
  return targetsOfQuery(catalog, objectType, { ...compiled, limit: bulkDelete.results_limit });
}

/** Somebody asked it to stop, or it ended, while its query was being resolved. */
class Stopped extends Error {}

/**
 * Whether a statement was cancelled by somebody, and not by its time-out, which has the same code: it did not last so long.
 * Who asks the bulk delete to stop interrupts it, and may have taken that back when we look; an interruption of another
 * may hit it by mistake. Taken for a time-out, each would end the bulk delete for good.
 * @param begun when resolving began, by the process's clock.
 */
async function wasInterrupted(
  { db, settings }: EngineDeps,
  id: string,
  error: unknown,
  begun: number,
): Promise<boolean> {
  if (errorCode(error) !== '57014') return false;
  if (performance.now() - begun < settings.resolveTimeoutMs * TIMED_OUT_FROM) return true;
  const row = await findBulkDeleteForWork(db, id);
  return row !== undefined && (row.asked !== null || row.status !== 'loading');
}

/** A guard forbids to go on; the message is for the client. */
class GuardBreach extends Error {}

/** Whether trying again would end the same way. A time-out would: the same query would run as long again. */
function isFinal(error: unknown): boolean {
  const recovery = recoveryFor(error);
  return recovery === 'fail' || recovery === 'abort' || errorCode(error) === '57014';
}

function reasonFor(error: unknown, resolveTimeoutMs: number): string {
  if (errorCode(error) === '57014') {
    return `The query could not be resolved within ${resolveTimeoutMs / 1000} s. Nothing was deleted.`;
  }
  const detail =
    error instanceof QueryError
      ? `${error.path}: ${error.message}`
      : `${error instanceof Error ? error.message : String(error)} (${errorCode(error)})`;
  return `The query could not be resolved: ${detail} Nothing was deleted.`;
}
