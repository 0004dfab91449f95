import { type PlanStep, tableOf } from '@winnow/catalog';
import {
  type BulkUndoRow,
  boundTransaction,
  claimUndoPage,
  type DeletedRows,
  finishUndoPage,
  insertUndoConflicts,
  type LeftRow,
  listDetachedColumns,
  listLeftLinks,
  listLeftRows,
  type NewUndoConflict,
  preferIndexes,
  type RestorationContext,
  recoveryFor,
  restoreLinks,
  restoreRows,
  type Trx,
  takeLane,
  type UndoPageRow,
  withSavepoint,
} from '@winnow/db';
import { countByObjectType } from '../count-by-object-type.ts';
import type { EngineDeps } from '../engine.ts';
import { ringForEvent } from '../events.ts';
import { explainLeftLink, explainLeftRow, explainRefusal } from './conflicts.ts';
import { announceUndoPage } from './events.ts';
import { checkRestorationPlan, type RestorationPlan } from './plan.ts';

/** One page at a time, over all workers: a page may need what the one before it gives back. */
const UNDO_LANES = 1;

/** What became of one turn at the pages of an undo. */
export type UndoPageOutcome =
  | { readonly kind: 'worked'; readonly undo: BulkUndoRow }
  /** There is no page that could be taken up now. */
  | { readonly kind: 'none' }
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
        if (!claimed) return 'none';
        await checkRestorationPlan(trx, deps.catalog, plan);
        return undoPage(deps, trx, { undo, page: claimed, plan });
      });
    if (result === 'busy' || result === 'none') return { kind: result };
    await ringForEvent(deps, result.eventId);
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
  const context: RestorationContext = {
    catalog: deps.catalog,
    organizationId: undo.organization_id,
    bulkDeleteId: undo.bulk_delete_id,
    pageNo: page.page_no,
    tables: plan.tables,
    columns: plan.columns,
  };
  const restored: DeletedRows[] = [];
  const conflicts: NewUndoConflict[] = [];
  for (const step of plan.steps) {
    const outcome = await restoreTable(trx, context, step);
    restored.push(...outcome.restored);
    conflicts.push(...outcome.conflicts);
  }
  const links = await restoreAllLinks(trx, context);
  await insertUndoConflicts(trx, undo.id, [...conflicts, ...links.conflicts]);
  const row = await finishUndoPage(
    trx,
    { undoId: undo.id, position: page.position },
    {
      nRestored: restored.reduce((sum, { n }) => sum + n, 0),
      nFailed: conflicts.length,
      nLinksRestored: links.nRestored,
      nLinksFailed: links.conflicts.length,
      restoredCounts: countByObjectType(deps.catalog, restored),
    },
    deps.settings.announceEveryMs,
  );
  return { row, eventId: await announceUndoPage(trx, row) };
}

interface RestoredTable {
  readonly restored: readonly DeletedRows[];
  readonly conflicts: readonly NewUndoConflict[];
}

/** All rows of a table at once; what is left then, one by one, so that each has its own reason. */
async function restoreTable(
  trx: Trx,
  context: RestorationContext,
  { table }: PlanStep,
): Promise<RestoredTable> {
  const restored: DeletedRows[] = [];
  try {
    restored.push(...(await withSavepoint(trx, () => restoreRows(trx, context, table))));
  } catch (error) {
    assertOfRows(error);
  }
  const conflicts: NewUndoConflict[] = [];
  let unexplained: LeftRow[] = [];
  for (const row of await listLeftRows(trx, context, table)) {
    const conflict = explainLeftRow(context.catalog, table.name, row);
    if (conflict) conflicts.push(conflict);
    else unexplained.push(row);
  }
  // Rows of a table that points at itself may need each other: as long as some come back, others may.
  for (;;) {
    const refused: { readonly row: LeftRow; readonly error: unknown }[] = [];
    for (const row of unexplained) {
      try {
        const rows = await withSavepoint(trx, () => restoreRows(trx, context, table, row.id));
        restored.push(...rows);
        if (rows.length === 0) refused.push({ row, error: undefined });
      } catch (error) {
        assertOfRows(error);
        refused.push({ row, error });
      }
    }
    if (refused.length === 0 || refused.length === unexplained.length) {
      const reasons = refused.map(({ row, error }) =>
        explainRefusal(context.catalog, table.name, row, error),
      );
      return { restored, conflicts: [...conflicts, ...reasons] };
    }
    unexplained = refused.map(({ row }) => row);
  }
}

/** @throws the error, when it does not speak of the rows. */
function assertOfRows(error: unknown): void {
  if (recoveryFor(error) !== 'fail') throw error;
}

async function restoreAllLinks(trx: Trx, context: RestorationContext) {
  let nRestored = 0;
  const conflicts: NewUndoConflict[] = [];
  for (const detached of await listDetachedColumns(trx, context)) {
    const relation = tableOf(context.catalog, detached.table).relations.find(
      ({ column }) => column === detached.column,
    );
    if (relation === undefined)
      throw new Error(`${detached.table}.${detached.column} is no link of the catalog`);
    nRestored += await restoreLinks(trx, context, { ...detached, references: relation.references });
    for (const link of await listLeftLinks(trx, context, detached)) {
      conflicts.push(explainLeftLink(context.catalog, detached, link));
    }
  }
  return { nRestored, conflicts };
}
