import type { PlanStep } from '@winnow/catalog';
import {
  type DeletedRows,
  type LeftRow,
  listLeftRows,
  type NewUndoConflict,
  type RestorationContext,
  recoveryFor,
  restoreRows,
  type Trx,
  withSavepoint,
} from '@winnow/db';
import { explainLeftRow, explainRefusal } from './conflicts.ts';

/** What came back of a table, and what did not. */
export interface RestoredTable {
  readonly restored: readonly DeletedRows[];
  readonly conflicts: readonly NewUndoConflict[];
}

/** All rows of a table that are asked for at once; what is left then, one by one, so that each has its own reason. */
export async function restoreTable(
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
export function assertOfRows(error: unknown): void {
  if (recoveryFor(error) !== 'fail') throw error;
}
