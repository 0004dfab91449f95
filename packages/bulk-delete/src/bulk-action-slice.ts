import { findBulkUndoForWork } from '@winnow/db';
import type { EngineDeps } from './engine.ts';
import { runSlice, type SliceOutcome } from './slice.ts';
import { runUndoSlice } from './undo/slice.ts';

/** A worker's turn on the bulk delete, or the undo of one, of this id: they share a queue and its fairness. */
export async function runBulkActionSlice(
  deps: EngineDeps,
  id: string,
  signal: AbortSignal,
): Promise<SliceOutcome> {
  const undo = await findBulkUndoForWork(deps.db, id);
  return undo ? runUndoSlice(deps, id, signal) : runSlice(deps, id, signal);
}
