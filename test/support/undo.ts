import { createBulkUndo, type EngineDeps, runBulkActionSlice } from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
import { type BulkUndoRow, type Db, findBulkUndoForWork, type UndoConflictRow } from '@winnow/db';
import type { TestOrganization } from './factories.ts';
import { actorOf } from './requests.ts';
import { waitFor } from './wait-for.ts';

/** Asks for an undo of a bulk delete. */
export async function startUndo(
  deps: EngineDeps,
  org: TestOrganization,
  bulkDeleteId: string,
): Promise<BulkUndoRow> {
  const request = { id: newId(), bulkDeleteId, sendDoneEmail: false };
  const row = await createBulkUndo(deps, actorOf(org), request);
  if (!row) throw new Error(`there is no bulk delete ${bulkDeleteId}`);
  return row;
}

/** Gives an undo turn after turn until nothing is left to do for this worker. @returns the row then. */
export async function workUndoToEnd(deps: EngineDeps, id: string): Promise<BulkUndoRow> {
  await waitFor(
    async () => {
      const { kind } = await runBulkActionSlice(deps, id, new AbortController().signal);
      return kind === 'finished' || kind === 'nothing';
    },
    { what: `undo ${id} to end` },
  );
  const row = await findBulkUndoForWork(deps.db, id);
  if (!row) throw new Error(`undo ${id} is gone`);
  return row;
}

/** Undoes a bulk delete from the asking to the end. */
export async function undo(
  deps: EngineDeps,
  org: TestOrganization,
  bulkDeleteId: string,
): Promise<BulkUndoRow> {
  return workUndoToEnd(deps, (await startUndo(deps, org, bulkDeleteId)).id);
}

/** The conflicts of an undo, by object type and id. */
export async function conflictsOf(
  db: Db,
  undoId: string,
): Promise<readonly Pick<UndoConflictRow, 'object_type' | 'object_id' | 'link' | 'code' | 'message'>[]> {
  return db
    .selectFrom('bulk_undo_conflict')
    .select(['object_type', 'object_id', 'link', 'code', 'message'])
    .where('bulk_undo_id', '=', undoId)
    .orderBy('object_type')
    .orderBy('object_id')
    .orderBy('link')
    .execute();
}
