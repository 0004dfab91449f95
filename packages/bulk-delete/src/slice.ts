import { objectTypeOf } from '@winnow/catalog';
import { type BulkDeleteRow, findBulkDeleteForWork, markProcessing } from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import { stopIfAsked } from './control.ts';
import type { EngineDeps } from './engine.ts';
import { PageError } from './errors.ts';
import { loadExecutionPlan } from './execution-plan.ts';
import { workPage } from './page.ts';
import { recoverFromPageError } from './page-failure.ts';
import { resolveBulkDelete } from './resolve.ts';
import { isFinished } from './status.ts';

/** How a worker's turn on one bulk delete ended, which says whether it needs another. */
export type SliceOutcome =
  /** The bulk delete has ended. */
  | { readonly kind: 'finished' }
  /** There is more to do: back to the tail of the queue. */
  | { readonly kind: 'more' }
  /** What is left may be tried after a pause. */
  | { readonly kind: 'later'; readonly delayMs: number }
  /** Nothing to do for this worker: others have it, or it is paused. */
  | { readonly kind: 'nothing' };

/**
 * Works on a bulk delete for at most one time slice (design, section 5): short, so that a small bulk delete never
 * waits for a large one to end. The page in hand is always finished; `signal` and the clock are asked between pages.
 * @throws the database's error when the server cannot work now. Nothing is lost: the reconciler rings again.
 */
export async function runSlice(deps: EngineDeps, id: string, signal: AbortSignal): Promise<SliceOutcome> {
  const deadline = performance.now() + deps.settings.sliceMs;
  const bulkDelete = await findBulkDeleteForWork(deps.db, id);
  if (!bulkDelete) return { kind: 'nothing' };
  if (bulkDelete.asked !== null) return stopNow(deps, id);
  const ready = await makeReady(deps, bulkDelete);
  // Also when it was asked to stop meanwhile: whoever resolved it leaves stopping to who comes next.
  if (!ready) return stopNow(deps, id);
  if (isFinished(ready.status)) return { kind: 'finished' };
  while (!signal.aborted && performance.now() < deadline) {
    const outcome = await takeTurn(deps, ready);
    if (outcome) return outcome;
  }
  return { kind: 'more' };
}

/** A bulk delete that nobody goes on with: if it is to stop, it stops now, unless others still have pages of it. */
async function stopNow(deps: EngineDeps, id: string): Promise<SliceOutcome> {
  await stopIfAsked(deps, id);
  return { kind: 'nothing' };
}

/** Resolves the query if that has not been done. @returns the bulk delete when its pages can be worked on. */
async function makeReady(deps: EngineDeps, bulkDelete: BulkDeleteRow): Promise<BulkDeleteRow | undefined> {
  if (bulkDelete.status === 'processing' || isFinished(bulkDelete.status)) return bulkDelete;
  if (bulkDelete.status === 'paused') return undefined;
  if (bulkDelete.n_objects !== null) return markProcessing(deps.db, bulkDelete.id);
  const resolved = await resolveBulkDelete(deps, bulkDelete.id);
  if (resolved && !isFinished(resolved.status)) await ringForHelp(deps, resolved);
  return resolved;
}

/** One ring for each further lane that has pages to work on: the other workers join in. */
async function ringForHelp(deps: EngineDeps, bulkDelete: BulkDeleteRow): Promise<void> {
  const pages = Math.ceil((bulkDelete.n_objects ?? 0) / bulkDelete.page_size);
  for (let lane = 2; lane <= Math.min(pages, deps.settings.lanes); lane += 1) {
    await deps.doorbell.ring(QUEUES.bulkDelete, bulkDelete.id);
  }
}

/** One page. @returns how the slice ends, or undefined to go on. */
async function takeTurn(deps: EngineDeps, bulkDelete: BulkDeleteRow): Promise<SliceOutcome | undefined> {
  try {
    const objectType = objectTypeOf(deps.catalog, bulkDelete.object_type);
    const plan = await loadExecutionPlan(deps.db, deps.catalog, objectType.table);
    const outcome = await workPage(deps, bulkDelete, plan);
    if (outcome.kind === 'busy') return { kind: 'nothing' };
    if (outcome.kind === 'none') return waitForPages(deps, bulkDelete.id, outcome.delayMs);
    return isFinished(outcome.bulkDelete.status) ? { kind: 'finished' } : undefined;
  } catch (error) {
    if (!(error instanceof PageError)) throw error;
    const ended = await recoverFromPageError(deps, error);
    return ended && isFinished(ended.status) ? { kind: 'finished' } : undefined;
  }
}

async function waitForPages(
  deps: EngineDeps,
  id: string,
  delayMs: number | undefined,
): Promise<SliceOutcome> {
  if ((await stopIfAsked(deps, id)) !== 'nothing asked') return { kind: 'nothing' };
  return delayMs === undefined ? { kind: 'nothing' } : { kind: 'later', delayMs };
}
