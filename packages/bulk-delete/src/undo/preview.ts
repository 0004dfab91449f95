import { tableOf } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  countTrial,
  countTrialLinks,
  type DeletedCounts,
  findBulkDelete,
  listDetachedColumns,
  readUniqueIndexes,
  type TrialContext,
  type Trx,
} from '@winnow/db';
import { assertArchiveKept } from '../archive/expiry.ts';
import { countByObjectType } from '../count-by-object-type.ts';
import type { Actor, EngineDeps } from '../engine.ts';
import { deadlineIn, readWithin } from '../read-within.ts';
import { assertUndoable } from './create.ts';
import { planRestoration, UnrestorableError } from './plan.ts';

/** What an undo would do now. Nothing is kept of it. */
export interface UndoPreview {
  readonly bulkDelete: BulkDeleteRow;
  /** Records that would come back, by object type; null when they could not be counted in time. */
  readonly restorable: DeletedCounts | null;
  /** Records that would stay in the archive, by the code of the conflict. */
  readonly conflicts: DeletedCounts | null;
  readonly nLinksRestorable: number | null;
  readonly nLinkConflicts: number | null;
  /** Why the undo would end before the first row. */
  readonly obstacle: string | null;
}

/**
 * Tries an undo without changing anything, by reading.
 * @returns undefined when the organization has no bulk delete of this id.
 * @throws UndoError when it cannot be undone, or not now; ArchiveExpiredError when it is too late.
 */
export async function previewUndo(
  deps: EngineDeps,
  actor: Actor,
  bulkDeleteId: string,
): Promise<UndoPreview | undefined> {
  const { db, catalog, settings } = deps;
  const { organizationId } = actor;
  const bulkDelete = await findBulkDelete(db, { organizationId, id: bulkDeleteId });
  if (!bulkDelete) return undefined;
  assertUndoable(bulkDelete);
  await assertArchiveKept(db, bulkDelete.id);
  const nothing = {
    bulkDelete,
    restorable: null,
    conflicts: null,
    nLinksRestorable: null,
    nLinkConflicts: null,
  };
  let tables: readonly string[];
  try {
    const plan = await planRestoration(db, catalog, {
      id: bulkDelete.id,
      objectType: bulkDelete.object_type,
    });
    tables = plan.steps.map(({ table }) => table.name);
  } catch (error) {
    if (!(error instanceof UnrestorableError)) throw error;
    return { ...nothing, obstacle: error.message };
  }
  let found: UndoPreview = { ...nothing, obstacle: null };
  await readWithin(db, deadlineIn(settings.previewTimeoutMs), async (trx, bindAgain) => {
    const uniqueIndexes = await readUniqueIndexes(trx, catalog, tables);
    const context = { catalog, organizationId, bulkDeleteId: bulkDelete.id, tables, uniqueIndexes };
    await bindAgain();
    found = { ...found, ...(await countRecords(trx, context)) };
    await bindAgain();
    found = { ...found, ...(await countLinks(trx, context)) };
  });
  await assertArchiveKept(db, bulkDelete.id);
  return found;
}

async function countRecords(trx: Trx, context: TrialContext) {
  const rows = await countTrial(trx, context);
  const conflicts: Record<string, number> = {};
  for (const { code, n } of rows) if (code !== null) conflicts[code] = (conflicts[code] ?? 0) + n;
  return {
    restorable: countByObjectType(
      context.catalog,
      rows.filter(({ code }) => code === null),
    ),
    conflicts,
  };
}

async function countLinks(trx: Trx, context: TrialContext) {
  let [nLinksRestorable, nLinkConflicts] = [0, 0];
  for (const link of await listDetachedColumns(trx, context)) {
    const relation = tableOf(context.catalog, link.table).relations.find(
      ({ column }) => column === link.column,
    );
    if (relation === undefined) continue;
    const counts = await countTrialLinks(trx, context, { ...link, references: relation.references });
    nLinksRestorable += counts.n_restorable;
    nLinkConflicts += counts.n_conflicts;
  }
  return { nLinksRestorable, nLinkConflicts };
}
