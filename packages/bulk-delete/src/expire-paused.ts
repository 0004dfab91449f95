import { findLongPaused } from '@winnow/db';
import { LONGEST_PAUSE_MS } from './control.ts';
import { endInError } from './end-in-error.ts';
import type { EngineDeps } from './engine.ts';

/** Most bulk deletes of one call; the next call finds the others. */
const LIMIT = 100;

/** Ends bulk deletes that have been paused for more than seven days: their set is too old to go on with. */
export async function expireLongPaused(deps: EngineDeps): Promise<void> {
  for (const id of await findLongPaused(deps.db, { longerThanMs: LONGEST_PAUSE_MS, limit: LIMIT })) {
    await endInError(
      deps,
      id,
      'It was paused for more than 7 days. What had not been processed was never touched.',
    );
  }
}
