import type { BulkDeleteRow, BulkUndoRow, Db } from '@winnow/db';
import { sql } from 'kysely';
import type { Differences } from '../differences.ts';
import { COUNTED_TABLES } from './ledger.ts';
import { countByTable, type Final } from './read-final.ts';

const LAST_STATUSES: ReadonlySet<string> = new Set(['done', 'cancelled']);

/** Every bulk delete and undo has ended, and its counts are those of the rows that it moved. */
export async function compareBulkDeletes(db: Db, final: Final, differences: Differences): Promise<void> {
  const pages = await sumPages(db);
  const archived = countArchived(final);
  const undos = [...final.undos.values()];
  for (const [id, row] of final.bulkDeletes) {
    compareEnd(row, differences);
    compareSums(row, pages.get(row.id), differences);
    if (row.archive)
      compareArchive(
        row,
        archived.get(id),
        undos.filter((undo) => undo.bulk_delete_id === row.id),
        differences,
      );
  }
  for (const undo of undos) compareEnd(undo, differences);
}

/** No fault here lasts, so none may make anything fail. */
function compareEnd(row: BulkDeleteRow | BulkUndoRow, differences: Differences): void {
  if (!LAST_STATUSES.has(row.status) || row.date_finished === null)
    differences.add('every bulk delete and every undo ends well', { row });
  if (row.n_objects_failed > 0) differences.add('no record fails', { row });
}

interface PageSums {
  readonly n_deleted: number;
  readonly n_not_found: number;
  readonly n_failed: number;
  readonly n_pending: number;
}

async function sumPages(db: Db): Promise<ReadonlyMap<string, PageSums>> {
  const { rows } = await sql<PageSums & { id: string }>`
    select bulk_delete_id as id, sum(n_deleted)::int as n_deleted, sum(n_not_found)::int as n_not_found,
      sum(n_failed)::int as n_failed,
      coalesce(sum(cardinality(object_ids)) filter (where status = 'pending'), 0)::int as n_pending
    from bulk_delete_page group by 1
  `.execute(db);
  return new Map(rows.map((row) => [row.id, row]));
}

function compareSums(row: BulkDeleteRow, pages: PageSums | undefined, differences: Differences): void {
  const agrees =
    row.n_objects_deleted === (pages?.n_deleted ?? 0) &&
    row.n_objects_not_found === (pages?.n_not_found ?? 0) &&
    row.n_objects_failed === (pages?.n_failed ?? 0) &&
    (row.n_objects_unprocessed ?? 0) === (pages?.n_pending ?? 0);
  if (!agrees) differences.add('the counts of a bulk delete are those of its pages', { row, pages });
}

function countArchived(final: Final): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const { takenBy, table } of final.rows) {
    if (takenBy === null) continue;
    const ofOne = counts.get(takenBy) ?? new Map<string, number>();
    counts.set(takenBy, ofOne.set(table, (ofOne.get(table) ?? 0) + 1));
  }
  return counts;
}

/** What it took is in the archive, but for what undos gave back. */
function compareArchive(
  row: BulkDeleteRow,
  archived: ReadonlyMap<string, number> | undefined,
  undos: readonly BulkUndoRow[],
  differences: Differences,
): void {
  const deleted = countByTable(row.deleted_counts);
  const restored = undos.map((undo) => countByTable(undo.restored_counts));
  for (const table of COUNTED_TABLES) {
    const back = restored.reduce((sum, counts) => sum + (counts.get(table) ?? 0), 0);
    const expected = (deleted.get(table) ?? 0) - back;
    const found = archived?.get(table) ?? 0;
    if (found !== expected)
      differences.add('what a bulk delete counted is in the archive or was given back', {
        row,
        table,
        expected,
        found,
      });
  }
}
