import type { Catalog, PlanStep } from '@winnow/catalog';
import {
  type BulkUndoRow,
  listUntriedIds,
  type RestorationContext,
  type Trx,
  type UndoPageRow,
} from '@winnow/db';
import { hasRoutes } from '@winnow/records';
import type { RestorationPlan } from './plan.ts';

/** What one transaction undoes of a page. */
export interface Piece {
  readonly parts: readonly { readonly step: PlanStep; readonly context: RestorationContext }[];
  /** Whether no record of the page is left for another piece: its links come with this one. */
  readonly isLast: boolean;
}

/** A page, for the statements that undo it. */
export function restorationOf(
  catalog: Catalog,
  {
    undo,
    page,
    plan,
    position = page.position,
  }: {
    readonly undo: BulkUndoRow;
    readonly page: UndoPageRow;
    readonly plan: RestorationPlan;
    /** By which what comes back stays known. */
    readonly position?: number;
  },
): RestorationContext {
  return {
    catalog,
    organizationId: undo.organization_id,
    bulkDeleteId: undo.bulk_delete_id,
    pageNo: page.page_no,
    tables: plan.tables,
    columns: plan.columns,
    restored: {
      undoId: undo.id,
      position,
      rememberedTypes: Object.values(catalog.objectTypes).filter(hasRoutes),
    },
  };
}

/**
 * The whole page, or the next records of one that is undone in pieces: parents first, as in a whole page, so that every
 * record finds what it points at as it would there. A table that points at itself comes back in one piece.
 */
export async function choosePiece(
  trx: Trx,
  context: RestorationContext,
  { steps, page }: { readonly steps: readonly PlanStep[]; readonly page: UndoPageRow },
): Promise<Piece> {
  if (page.piece_size === null) return { parts: steps.map((step) => ({ step, context })), isLast: true };
  const parts: { step: PlanStep; context: RestorationContext }[] = [];
  let room = page.piece_size;
  for (const step of steps) {
    if (room <= 0) return { parts, isLast: false };
    const limit = pointsAtItself(step) ? null : room;
    const only = await listUntriedIds(trx, context, step.table, { undoId: page.bulk_undo_id, limit });
    if (only.length > 0) parts.push({ step, context: { ...context, only } });
    room -= only.length;
  }
  return { parts, isLast: room > 0 };
}

/** A record of a page, with the step that brings it back. */
export interface UntriedRow {
  readonly step: PlanStep;
  readonly id: string;
}

/** Records of the page that are still to be dealt with, and the first of them. */
export async function findUntried(
  trx: Trx,
  context: RestorationContext,
  { steps, page }: { readonly steps: readonly PlanStep[]; readonly page: UndoPageRow },
) {
  let n = 0;
  let first: UntriedRow | undefined;
  for (const step of steps) {
    const ids = await listUntriedIds(trx, context, step.table, { undoId: page.bulk_undo_id, limit: null });
    const [id] = ids;
    if (id !== undefined) first ??= { step, id };
    n += ids.length;
  }
  return { n, first };
}

/** Whether rows of a step's table may need each other. */
export function pointsAtItself({ table }: PlanStep): boolean {
  return table.relations.some(({ references }) => references === table.name);
}
