import { findBulkUndoForWork } from '@winnow/db';
import type { EngineDeps } from './engine.ts';
import { runSlice, type SliceOutcome } from './slice.ts';
import { runUndoSlice } from './undo/slice.ts';
import { noteFailedTurn } from './waiting.ts';

/**
 * A worker's turn on the bulk delete, or the undo of one, of this id: they share a queue and its fairness.
 * @throws the database's error when the server cannot work now; by then the record says so, if that could be written.
 */
export async function runBulkActionSlice(
  deps: EngineDeps,
  id: string,
  signal: AbortSignal,
): Promise<SliceOutcome> {
  const isUndo = (await findBulkUndoForWork(deps.db, id)) !== undefined;
  try {
    return await (isUndo ? runUndoSlice : runSlice)(deps, id, signal);
  } catch (error) {
    await noteFailedTurn(deps.db, error, { id, isUndo });
    throw error;
  }
}
