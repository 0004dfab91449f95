import type { UndoPreview } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { DeletedCounts, JsonObject } from '@winnow/db';

/** A dry run of an undo, for the wire. */
export function presentUndoPreview(preview: UndoPreview): JsonObject {
  const { bulkDelete, restorable, conflicts, nLinksRestorable, nLinkConflicts, obstacle } = preview;
  const [back, left] = [sum(restorable), sum(conflicts)];
  const isCounted = back !== null && nLinksRestorable !== null;
  return {
    dry_run: true,
    bulk_delete_id: encodeId(ID_PREFIX.bulkDelete, bulkDelete.id),
    n_objects: back === null || left === null ? null : back + left,
    n_objects_restorable: back,
    n_objects_in_conflict: left,
    restorable_counts: restorable,
    conflict_counts: conflicts,
    n_links_restorable: nLinksRestorable,
    n_links_in_conflict: nLinkConflicts,
    error_message: obstacle,
    note:
      isCounted || obstacle !== null
        ? null
        : 'Not everything could be counted in the time that a dry run may take.',
  };
}

function sum(counts: DeletedCounts | null): number | null {
  return counts === null ? null : Object.values(counts).reduce((total, n) => total + n, 0);
}
