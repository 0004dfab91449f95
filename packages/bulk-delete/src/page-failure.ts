import {
  type BulkDeleteRow,
  errorCode,
  finishPage,
  insertFailure,
  lockFailedPage,
  lockForCounting,
  type PageRow,
  postponePage,
  recoveryFor,
  splitPage,
} from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import { endInError, logFailure } from './end-in-error.ts';
import type { EngineDeps } from './engine.ts';
import type { PageError } from './errors.ts';
import { ringForEvent } from './events.ts';
import { forgetExecutionPlans, StalePlanError, UnarchivableError } from './execution-plan.ts';
import { settlePage } from './max-failures.ts';
import { noteWaiting, sayWaiting } from './waiting.ts';

/** Tries of a page for errors that may pass, before it is halved. */
const MAX_ATTEMPTS = 4;

/**
 * Decides what becomes of a page whose work failed, by the reason:
 * - what may pass is tried again after a pause that doubles, then in halves;
 * - what will not pass is halved at once, until the culprit stands alone, is recorded with its code and counted;
 * - what is wrong with every page (a missing column, a missing right) ends the bulk delete with a reason.
 * @returns the bulk delete if it ended by this.
 * @throws the cause, when the server cannot work now: the page is as it was.
 */
export async function recoverFromPageError(
  deps: EngineDeps,
  error: PageError,
): Promise<BulkDeleteRow | undefined> {
  const { page, cause } = error;
  if (cause instanceof StalePlanError) {
    forgetExecutionPlans(deps.db);
    return undefined;
  }
  const recovery = recoveryFor(cause);
  if (recovery === 'wait') throw cause;
  const code = errorCode(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  deps.logger.warn(
    {
      bulk_delete_id: page.bulk_delete_id,
      page_no: page.page_no,
      size: page.object_ids.length,
      code,
      message,
      recovery,
    },
    'page failed',
  );
  if (recovery === 'abort') {
    // Whatever is wrong with every page may have to do with how it was planned: the next bulk delete looks anew.
    forgetExecutionPlans(deps.db);
    const reason = cause instanceof UnarchivableError ? message : `${message} (${code})`;
    return endInError(deps, page.bulk_delete_id, `A page could not be deleted: ${reason}`);
  }
  if (recovery === 'retry' && page.attempts + 1 < MAX_ATTEMPTS) {
    await retryLater(deps, page, sayWaiting(code));
    return undefined;
  }
  if (page.object_ids.length > 1) {
    await halve(deps, page, recovery === 'retry' ? sayWaiting(code) : null);
    return undefined;
  }
  return recordFailure(deps, page, code, message);
}

async function retryLater(deps: EngineDeps, page: PageRow, reason: string): Promise<void> {
  // Jitter: two pages that deadlocked must not meet again at the same moment.
  const delayMs = deps.settings.retryBaseMs * 2 ** page.attempts * (1 + Math.random());
  await deps.db.transaction().execute(async (trx) => {
    const locked = await lockFailedPage(trx, page);
    if (!locked) return;
    await postponePage(trx, locked, Math.ceil(delayMs));
    await noteWaiting(trx, reason, { id: page.bulk_delete_id, isUndo: false });
  });
}

/**
 * Halves of a page that has had its retries get one try each on the way down: the wait would double at every level.
 * @param reason why it waits, of a page that has had retries; null of one whose error no retry mends.
 */
async function halve(deps: EngineDeps, page: PageRow, reason: string | null): Promise<void> {
  const hasHalves = await deps.db.transaction().execute(async (trx) => {
    const locked = await lockFailedPage(trx, page);
    if (!locked) return false;
    await splitPage(trx, locked, reason !== null && page.object_ids.length > 2 ? MAX_ATTEMPTS - 1 : 0);
    if (reason !== null) await noteWaiting(trx, reason, { id: page.bulk_delete_id, isUndo: false });
    return true;
  });
  // The other workers may have left when there was no page for them.
  if (hasHalves) await deps.doorbell.ring(QUEUES.bulkDelete, page.bulk_delete_id);
}

async function recordFailure(
  deps: EngineDeps,
  page: PageRow,
  code: string,
  message: string,
): Promise<BulkDeleteRow | undefined> {
  const [objectId] = page.object_ids;
  if (objectId === undefined) throw new Error('a page without objects cannot fail');
  const result = await deps.db.transaction().execute(async (trx) => {
    if (!(await lockFailedPage(trx, page)) || !(await lockForCounting(trx, page.bulk_delete_id)))
      return undefined;
    await insertFailure(trx, { bulkDeleteId: page.bulk_delete_id, objectId, code, message });
    const row = await finishPage(
      trx,
      { bulkDeleteId: page.bulk_delete_id, pageNo: page.page_no },
      { nDeleted: 0, nNotFound: 0, nFailed: 1, nRoots: page.n_roots, deletedCounts: {}, foundIds: '{}' },
      deps.settings.announceEveryMs,
    );
    return settlePage(deps, trx, row);
  });
  if (result?.hasFailed) logFailure(deps, result.row);
  await ringForEvent(deps, result?.eventId);
  return result?.row;
}
