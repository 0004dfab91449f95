import { type BulkUndoRow, findBulkDeleteForWork, findBulkUndoForWork, markUndoProcessing } from '@winnow/db';
import type { EngineDeps } from '../engine.ts';
import { StalePlanError } from '../execution-plan.ts';
import type { SliceOutcome } from '../slice.ts';
import { stopUndoIfAsked } from './control.ts';
import { endUndoInError } from './end-in-error.ts';
import { UndoPageError, workUndoPage } from './page.ts';
import { recoverFromUndoPageError } from './page-failure.ts';
import { planRestoration, type RestorationPlan, UnrestorableError } from './plan.ts';
import { isUndoFinished } from './status.ts';

/** Most plans made anew in one turn: a schema that changes all the time is left for the next one. */
const MAX_PLANS = 5;

/**
 * Works on an undo for at most one time slice, as on a bulk delete: the page in hand is always finished.
 * @throws the database's error when the server cannot work now. Nothing is lost: the reconciler rings again.
 */
export async function runUndoSlice(deps: EngineDeps, id: string, signal: AbortSignal): Promise<SliceOutcome> {
  const deadline = performance.now() + deps.settings.sliceMs;
  const undo = await findBulkUndoForWork(deps.db, id);
  if (!undo || undo.status === 'paused') return { kind: 'nothing' };
  if (isUndoFinished(undo.status)) return { kind: 'finished' };
  if (undo.asked !== null) return stopNow(deps, id);
  for (let plans = 0; plans < MAX_PLANS; plans += 1) {
    const plan = await loadPlan(deps, undo);
    if (!plan) return { kind: 'finished' };
    const ready = undo.status === 'processing' ? undo : await markUndoProcessing(deps.db, id);
    // Another worker was first, or it is to stop.
    if (!ready && (await stopUndoIfAsked(deps, id)) !== 'nothing asked') return { kind: 'nothing' };
    const outcome = await workPages(deps, ready ?? undo, { plan, deadline, signal });
    if (outcome !== 'stale') return outcome;
  }
  return { kind: 'more' };
}

async function stopNow(deps: EngineDeps, id: string): Promise<SliceOutcome> {
  await stopUndoIfAsked(deps, id);
  return { kind: 'nothing' };
}

/** @returns undefined when a table cannot be restored, which ends the undo. */
async function loadPlan(deps: EngineDeps, undo: BulkUndoRow): Promise<RestorationPlan | undefined> {
  const bulkDelete = await findBulkDeleteForWork(deps.db, undo.bulk_delete_id);
  if (!bulkDelete) throw new Error(`the bulk delete of undo ${undo.id} is gone`);
  try {
    return await planRestoration(deps.db, deps.catalog, {
      id: bulkDelete.id,
      objectType: bulkDelete.object_type,
    });
  } catch (error) {
    if (!(error instanceof UnrestorableError)) throw error;
    await endUndoInError(deps, undo.id, error.message);
    return undefined;
  }
}

async function workPages(
  deps: EngineDeps,
  undo: BulkUndoRow,
  {
    plan,
    deadline,
    signal,
  }: { readonly plan: RestorationPlan; readonly deadline: number; readonly signal: AbortSignal },
): Promise<SliceOutcome | 'stale'> {
  // One page at least: planning may have taken the whole slice.
  do {
    try {
      const outcome = await workUndoPage(deps, undo, plan);
      if (outcome.kind === 'busy') return { kind: 'nothing' };
      if (outcome.kind === 'none') return waitForPage(deps, undo.id, outcome.delayMs);
      if (isUndoFinished(outcome.undo.status)) return { kind: 'finished' };
    } catch (error) {
      if (!(error instanceof UndoPageError)) throw error;
      if (error.cause instanceof StalePlanError) return 'stale';
      const ended = await recoverFromUndoPageError(deps, error, { undo, plan });
      if (ended) return { kind: 'finished' };
    }
  } while (!signal.aborted && performance.now() < deadline);
  return { kind: 'more' };
}

async function waitForPage(deps: EngineDeps, id: string, delayMs: number | undefined): Promise<SliceOutcome> {
  if ((await stopUndoIfAsked(deps, id)) !== 'nothing asked') return { kind: 'nothing' };
  return delayMs === undefined ? { kind: 'nothing' } : { kind: 'later', delayMs };
}
