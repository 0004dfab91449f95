import { findLongPaused, lockLongPaused } from '@winnow/db';
import { LONGEST_PAUSE_MS } from './control.ts';
import { failInTransaction, logFailure } from './end-in-error.ts';
import type { EngineDeps } from './engine.ts';
import { ringForEvent } from './events.ts';

/** Most bulk deletes of one call; the next call finds the others. */
const LIMIT = 100;
const REASON = 'It was paused for more than 7 days. What had not been processed was never touched.';

/** Ends bulk deletes that have been paused for more than seven days: their set is too old to go on with. */
export async function expireLongPaused(deps: EngineDeps): Promise<void> {
  const longerThanMs = LONGEST_PAUSE_MS;
  for (const id of await findLongPaused(deps.db, { longerThanMs, limit: LIMIT })) {
    const ended = await deps.db.transaction().execute(async (trx) => {
      // Looked at again under the lock: somebody may have gone on with it in the last moment of the seven days.
      if (!(await lockLongPaused(trx, { id, longerThanMs }))) return undefined;
      return failInTransaction(deps, trx, id, REASON);
    });
    if (ended) logFailure(deps, ended.row);
    await ringForEvent(deps, ended?.eventId);
  }
}
