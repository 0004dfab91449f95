import { type BulkUndoRow, errorCode, postponeUndoPage, recoveryFor } from '@winnow/db';
import type { EngineDeps } from '../engine.ts';
import { endUndoInError } from './end-in-error.ts';
import type { UndoPageError } from './page.ts';

/** Tries of a page before the undo ends: with the pauses, which double, more than a minute. */
const MAX_ATTEMPTS = 10;

/**
 * Decides what becomes of a page whose work failed. A conflict is no failure: this is about what the server could not
 * do now (a lock, a deadlock, a time-out), which is tried again, and about what no retry mends, which ends the undo.
 * @returns the undo if it ended by this.
 * @throws the cause, when the server cannot work now: the page is as it was.
 */
export async function recoverFromUndoPageError(
  deps: EngineDeps,
  { page, cause }: UndoPageError,
): Promise<BulkUndoRow | undefined> {
  const recovery = recoveryFor(cause);
  if (recovery === 'wait') throw cause;
  const code = errorCode(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  const about = { bulk_undo_id: page.bulk_undo_id, page_no: page.page_no, code, message, recovery };
  deps.logger.warn(about, 'page could not be undone');
  // What speaks of rows and was raised by no single one came of the moment: a parent that went while it was looked at.
  if (recovery !== 'abort' && page.attempts + 1 < MAX_ATTEMPTS) {
    const delayMs = deps.settings.retryBaseMs * 2 ** page.attempts * (1 + Math.random());
    await postponeUndoPage(deps.db, page, Math.ceil(delayMs));
    return undefined;
  }
  return endUndoInError(deps, page.bulk_undo_id, `A page could not be undone: ${message} (${code})`);
}
