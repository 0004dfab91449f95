import { type Catalog, encodeId, findObjectType, ID_PREFIX } from '@winnow/catalog';
import type { BulkUndoRow, JsonObject, UndoConflictRow } from '@winnow/db';
import { presentMoment } from '@winnow/records';
import { presentWaiting } from '../present-waiting.ts';

const ASKED_STATUS = { pause: 'paused', cancel: 'cancelled' } as const;

/** An undo as it is on the wire: the words of a bulk delete, and `restored` where that says `deleted`. */
export function presentBulkUndo(row: BulkUndoRow): JsonObject {
  const processed = row.n_objects_restored + row.n_objects_failed + row.n_objects_not_found;
  return {
    id: encodeId(ID_PREFIX.bulkUndo, row.id),
    organization_id: encodeId(ID_PREFIX.organization, row.organization_id),
    bulk_delete_id: encodeId(ID_PREFIX.bulkDelete, row.bulk_delete_id),
    status: row.status,
    send_done_email: row.send_done_email,
    n_objects: row.n_objects,
    n_objects_processed: processed,
    n_objects_restored: row.n_objects_restored,
    n_objects_failed: row.n_objects_failed,
    n_objects_not_found: row.n_objects_not_found,
    n_objects_unprocessed: row.n_objects - processed,
    restored_counts: row.restored_counts,
    n_links_restored: row.n_links_restored,
    n_links_failed: row.n_links_failed,
    created_by: presentUser(row.created_by),
    updated_by: presentUser(row.updated_by),
    date_created: presentMoment(row.date_created),
    date_updated: presentMoment(row.date_updated),
    date_started: presentOptionalMoment(row.date_started),
    date_finished: presentOptionalMoment(row.date_finished),
    error_message: row.error_message,
    asked_status: row.asked && ASKED_STATUS[row.asked],
    ...presentWaiting(row),
    ...presentPace(row, processed),
  };
}

/** As of a bulk delete: the mean over the time in which it worked, unknown before the first page. */
function presentPace(row: BulkUndoRow, processed: number): JsonObject {
  const since = row.date_started;
  const activeMs = since === null ? 0 : row.date_updated.getTime() - since.getTime() - row.paused_ms;
  if (row.status !== 'processing' || processed === 0 || activeMs <= 0) {
    return { objects_per_second: null, seconds_left: null };
  }
  const perSecond = (processed / activeMs) * 1000;
  return {
    objects_per_second: Math.round(perSecond * 10) / 10,
    seconds_left: Math.ceil((row.n_objects - processed) / perSecond),
  };
}

/** One record, or one link of it, that could not be given back. */
export function presentUndoConflict(row: UndoConflictRow, catalog: Catalog): JsonObject {
  const prefix = findObjectType(catalog, row.object_type)?.idPrefix;
  return {
    object_type: row.object_type,
    object_id: prefix === undefined ? row.object_id : encodeId(prefix, row.object_id),
    field: row.link === '' ? null : row.link,
    code: row.code,
    message: row.message,
  };
}

function presentUser(id: string | null): string | null {
  return id === null ? null : encodeId(ID_PREFIX.user, id);
}

function presentOptionalMoment(moment: Date | null): string | null {
  return moment === null ? null : presentMoment(moment);
}
