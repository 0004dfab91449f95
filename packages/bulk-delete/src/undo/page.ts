import {
  type BulkUndoRow,
  boundTransaction,
  checkUniquenessAtOnce,
  claimUndoPage,
  type DeletedRows,
  finishUndoPage,
  insertUndoConflicts,
  type NewUndoConflict,
  nextPiecePosition,
  nextUndoPageDelayMs,
  preferIndexes,
  type Trx,
  takeLane,
  type UndoPageRow,
} from '@winnow/db';
import { countByObjectType } from '../count-by-object-type.ts';
import type { EngineDeps } from '../engine.ts';
import { ringForEvent } from '../events.ts';
import { announceUndoPage, recordRestoredPage } from './events.ts';
import { choosePiece, restorationOf } from './piece.ts';
import { checkRestorationPlan, type RestorationPlan } from './plan.ts';
import { restoreAllLinks } from './restore-links.ts';
import { restoreTable } from './restore-table.ts';

/** One page at a time, over all workers: a page may need what the one before it gives back. */
const UNDO_LANES = 1;

/** What became of one turn at the pages of an undo. */
export type UndoPageOutcome =
  | { readonly kind: 'worked'; readonly undo: BulkUndoRow }
  /** There is no page that could be taken up now: one may be after this delay, if there is any left. */
  | { readonly kind: 'none'; readonly delayMs: number | undefined }
  /** Another worker has a page of it. */
  | { readonly kind: 'busy' };

/** Work on a page failed, with the reason as `cause`; its transaction is rolled back and the page is free. */
export class UndoPageError extends Error {
  readonly page: UndoPageRow;

  constructor(page: UndoPageRow, cause: unknown) {
    super(`page ${page.page_no} could not be undone`, { cause });
    this.name = 'UndoPageError';
    this.page = page;
  }
}

/**
 * Undoes the next page in one transaction: records out of the archive, links, conflicts and counts commit together or
 * not at all. Row-by-row checks of foreign keys stay on: what a record points at may be gone.
 * @throws UndoPageError with the page when the work on it failed; the database's error when there was no page yet.
 */
export async function workUndoPage(
  deps: EngineDeps,
  undo: BulkUndoRow,
  plan: RestorationPlan,
): Promise<UndoPageOutcome> {
  let claimed: UndoPageRow | undefined;
  try {
    const result = await deps.db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (trx) => {
        await boundTransaction(trx, deps.settings.page);
        await preferIndexes(trx);
        if (!(await takeLane(trx, undo.id, UNDO_LANES))) return 'busy';
        claimed = await claimUndoPage(trx, undo.id);
        if (!claimed) return { delayMs: await nextUndoPageDelayMs(trx, undo.id) };
        await checkRestorationPlan(trx, deps.catalog, plan);
        await checkUniquenessAtOnce(trx, deps.catalog, plan.lookedAt);
        return undoPage(deps, trx, { undo, page: claimed, plan });
      });
    if (result === 'busy') return { kind: 'busy' };
    if ('delayMs' in result) return { kind: 'none', ...result };
    await Promise.all(result.eventIds.map((id) => ringForEvent(deps, id)));
    return { kind: 'worked', undo: result.row };
  } catch (error) {
    throw claimed ? new UndoPageError(claimed, error) : error;
  }
}

async function undoPage(
  deps: EngineDeps,
  trx: Trx,
  {
    undo,
    page,
    plan,
  }: { readonly undo: BulkUndoRow; readonly page: UndoPageRow; readonly plan: RestorationPlan },
) {
  // A page in pieces is told of piece by piece: it may be cancelled between two of them.
  const position = page.piece_size === null ? page.position : await nextPiecePosition(trx, undo);
  const context = restorationOf(deps.catalog, { undo, page, plan, position });
  const piece = await choosePiece(trx, context, { steps: plan.steps, page });
  const restored: DeletedRows[] = [];
  const conflicts: NewUndoConflict[] = [];
  for (const { step, context: chosen } of piece.parts) {
    const outcome = await restoreTable(trx, chosen, step);
    restored.push(...outcome.restored);
    conflicts.push(...outcome.conflicts);
  }
  const links = piece.isLast ? await restoreAllLinks(trx, context) : { nRestored: 0, conflicts: [] };
  await insertUndoConflicts(trx, undo.id, [...conflicts, ...links.conflicts]);
  const restoredCounts = countByObjectType(deps.catalog, restored);
  const row = await finishUndoPage(
    trx,
    { undoId: undo.id, position: page.position, isDone: piece.isLast },
    {
      nRestored: restored.reduce((sum, { n }) => sum + n, 0),
      nFailed: conflicts.length,
      nLinksRestored: links.nRestored,
      nLinksFailed: links.conflicts.length,
      restoredCounts,
    },
    deps.settings.announceEveryMs,
  );
  const recordsId = await recordRestoredPage(trx, undo, { position, restoredCounts });
  return { row, eventIds: [recordsId, await announceUndoPage(trx, row)] };
}
