import {
  type BulkUndoRow,
  errorCode,
  finishUndoPage,
  insertUndoConflicts,
  listLeftRows,
  lockFailedUndoPage,
  lockUndoForCounting,
  recoveryFor,
  replanUndoPage,
  type Trx,
  type UndoPageRow,
} from '@winnow/db';
import type { EngineDeps } from '../engine.ts';
import { ringForEvent } from '../events.ts';
import { noteWaiting, sayWaiting } from '../waiting.ts';
import { explainLeftRow, explainRefusal } from './conflicts.ts';
import { endUndoInError } from './end-in-error.ts';
import { announceUndoPage } from './events.ts';
import type { UndoPageError } from './page.ts';
import { findUntried, pointsAtItself, restorationOf, type UntriedRow } from './piece.ts';
import type { RestorationPlan } from './plan.ts';

/** Tries of a page before the undo ends: with the pauses, which double, more than a minute. */
const MAX_ATTEMPTS = 10;
/** Tries for errors that may pass, before the page is undone in pieces. */
const ATTEMPTS_WHOLE = 4;

interface FailedPage {
  readonly undo: BulkUndoRow;
  readonly plan: RestorationPlan;
  readonly page: UndoPageRow;
  readonly cause: unknown;
}

/**
 * Decides what becomes of a page whose work failed. A conflict is no failure: this is about what the server could not
 * do now (a lock, a deadlock, a time-out), which is tried again, then in pieces, down to the one record that is then a
 * conflict itself; and about what no retry mends, which ends the undo.
 * @returns the undo if it ended by this.
 * @throws the cause, when the server cannot work now: the page is as it was.
 */
export async function recoverFromUndoPageError(
  deps: EngineDeps,
  { page, cause }: UndoPageError,
  { undo, plan }: { readonly undo: BulkUndoRow; readonly plan: RestorationPlan },
): Promise<BulkUndoRow | undefined> {
  const recovery = recoveryFor(cause);
  if (recovery === 'wait') throw cause;
  const code = errorCode(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  const about = { bulk_undo_id: page.bulk_undo_id, page_no: page.page_no, code, message, recovery };
  deps.logger.warn({ ...about, piece_size: page.piece_size }, 'page could not be undone');
  if (recovery === 'retry' && page.attempts + 1 >= ATTEMPTS_WHOLE) {
    if (await goOnSmaller(deps, { undo, plan, page, cause })) return undefined;
  }
  // What speaks of rows and was raised by no single one came of the moment: a parent that went while it was looked at.
  if (recovery !== 'abort' && page.attempts + 1 < MAX_ATTEMPTS) {
    await retryLater(deps, page, sayWaiting(code));
    return undefined;
  }
  return endUndoInError(deps, page.bulk_undo_id, `A page could not be undone: ${message} (${code})`);
}

async function retryLater(deps: EngineDeps, page: UndoPageRow, reason: string): Promise<void> {
  const delayMs = deps.settings.retryBaseMs * 2 ** page.attempts * (1 + Math.random());
  await deps.db.transaction().execute(async (trx) => {
    if (!(await lockFailedUndoPage(trx, page))) return;
    const { attempts, piece_size: pieceSize } = page;
    await replanUndoPage(trx, page, { attempts: attempts + 1, delayMs: Math.ceil(delayMs), pieceSize });
    await noteWaiting(trx, reason, { id: page.bulk_undo_id, isUndo: true });
  });
}

/**
 * Halves what one transaction undoes. A record that stands alone has had its retries: it is recorded, and the rest of the
 * page is tried at once again.
 * @returns false when there is nothing to be made smaller.
 */
async function goOnSmaller(deps: EngineDeps, failed: FailedPage): Promise<boolean> {
  const { undo, plan, page, cause } = failed;
  const outcome = await deps.db.transaction().execute(async (trx) => {
    if (!(await lockFailedUndoPage(trx, page))) return { isSmaller: true, eventId: undefined };
    const context = restorationOf(deps.catalog, { undo, page, plan });
    const { n, first } = await findUntried(trx, context, { steps: plan.steps, page });
    const size = Math.min(n, page.piece_size ?? n);
    if (size > 1) {
      const pieceSize = Math.ceil(size / 2);
      // Pieces get one try each on the way down: the wait would double at every level.
      const attempts = pieceSize > 1 ? ATTEMPTS_WHOLE - 1 : 0;
      await replanUndoPage(trx, page, { attempts, delayMs: 0, pieceSize });
      const reason = sayWaiting(errorCode(cause));
      await noteWaiting(trx, reason, { id: page.bulk_undo_id, isUndo: true });
      return { isSmaller: true, eventId: undefined };
    }
    if (first === undefined || pointsAtItself(first.step)) return { isSmaller: false, eventId: undefined };
    return { isSmaller: true, eventId: await recordRefusal(deps, trx, { ...failed, n, first }) };
  });
  await ringForEvent(deps, outcome.eventId);
  return outcome.isSmaller;
}

/** @returns the id of the event to ring with after the commit. */
async function recordRefusal(
  deps: EngineDeps,
  trx: Trx,
  {
    undo,
    plan,
    page,
    cause,
    n,
    first: { step, id },
  }: FailedPage & { readonly n: number; readonly first: UntriedRow },
): Promise<string | undefined> {
  if (!(await lockUndoForCounting(trx, undo.id))) return undefined;
  const context = { ...restorationOf(deps.catalog, { undo, page, plan }), only: [id] };
  const { name } = step.table;
  const [row] = await listLeftRows(trx, context, step.table);
  if (row === undefined) throw new Error(`row ${id} has left the archive while its page was locked`);
  const conflict = explainLeftRow(deps.catalog, name, row) ?? explainRefusal(deps.catalog, name, row, cause);
  await insertUndoConflicts(trx, page.bulk_undo_id, [conflict]);
  // All that is left, but still as a piece: a whole page would try this record again.
  await replanUndoPage(trx, page, { attempts: 0, delayMs: 0, pieceSize: n });
  const counts = { nRestored: 0, nFailed: 1, nLinksRestored: 0, nLinksFailed: 0, restoredCounts: {} };
  const key = { undoId: page.bulk_undo_id, position: page.position, isDone: false };
  return announceUndoPage(trx, await finishUndoPage(trx, key, counts, deps.settings.announceEveryMs));
}
