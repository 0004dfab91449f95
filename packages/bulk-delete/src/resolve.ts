import { objectTypeOf } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  boundTransaction,
  errorCode,
  finishResolving,
  insertPages,
  lockForResolving,
  markLoading,
  recoveryFor,
  type Trx,
  targetsOfQuery,
} from '@winnow/db';
import { compileQuery, QueryError } from '@winnow/query';
import { checkRequest } from './checked-request.ts';
import { endInError } from './end-in-error.ts';
import type { EngineDeps } from './engine.ts';
import { BulkDeleteError } from './errors.ts';
import { recordEvent, ringForEvent } from './events.ts';

/**
 * Turns the query into pages, once: afterwards the target set is frozen and the counts are known. Two workers that
 * try at the same time do not both do it; a crash leaves nothing behind.
 * @returns the bulk delete after it; undefined when another worker is at it or it is past resolving.
 * @throws the database's error when the server cannot work now; the bulk delete is then as it was.
 */
export async function resolveBulkDelete(deps: EngineDeps, id: string): Promise<BulkDeleteRow | undefined> {
  await markLoading(deps.db, id);
  try {
    const resolved = await deps.db.transaction().execute((trx) => resolveInTransaction(deps, trx, id));
    await ringForEvent(deps, resolved?.eventId);
    return resolved?.row;
  } catch (error) {
    if (!isFinal(error)) throw error;
    return endInError(deps, id, reasonFor(error, deps.settings.resolveTimeoutMs));
  }
}

async function resolveInTransaction(deps: EngineDeps, trx: Trx, id: string) {
  await boundTransaction(trx, { ...deps.settings.page, statementTimeoutMs: deps.settings.resolveTimeoutMs });
  const locked = await lockForResolving(trx, id);
  if (!locked) return undefined;
  const { catalog } = deps;
  const objectType = objectTypeOf(catalog, locked.object_type);
  const checked = await checkRequest(trx, catalog, locked.organization_id, locked.s_query, locked.sort);
  const compiled = compileQuery(checked.query, checked.sort, {
    catalog,
    tenantId: locked.organization_id,
    userId: locked.created_by,
    now: locked.date_created,
    tzOffsetMinutes: locked.tz_offset_minutes,
  });
  const counts = await insertPages(trx, {
    bulkDeleteId: id,
    pageSize: locked.page_size,
    targets: targetsOfQuery(catalog, objectType, { ...compiled, limit: locked.results_limit }),
    rootsAreTargets: objectType.name === catalog.rootObjectType,
  });
  const row = await finishResolving(trx, id, counts);
  return {
    row,
    eventId: await recordEvent(trx, catalog, row, row.status === 'done' ? 'completed' : 'updated'),
  };
}

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
    error instanceof QueryError || error instanceof BulkDeleteError
      ? `${error.path}: ${error.message}`
      : `${error instanceof Error ? error.message : String(error)} (${errorCode(error)})`;
  return `The query could not be resolved: ${detail} Nothing was deleted.`;
}
