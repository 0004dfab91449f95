import { type Catalog, encodeId, ID_PREFIX, objectTypeOf } from '@winnow/catalog';
import type { BulkDeleteRow, JsonObject, StoredPreview } from '@winnow/db';
import { presentMoment } from '@winnow/records';
import { maxFailuresOf, presentMaxFailures } from './failure-bound.ts';
import { presentWaiting } from './present-waiting.ts';

/**
 * A bulk delete as it is on the wire: the fields of Close's BulkDeleteAction (reference, 1.2), every one always
 * there, and after them Winnow's additions.
 */
export function presentBulkDelete(row: BulkDeleteRow, catalog: Catalog): JsonObject {
  return {
    id: encodeId(ID_PREFIX.bulkDelete, row.id),
    organization_id: encodeId(ID_PREFIX.organization, row.organization_id),
    bulk_object_type: objectTypeOf(catalog, row.object_type).bulkName ?? row.object_type,
    status: row.status,
    s_query: row.s_query,
    query: row.query,
    sort: row.sort,
    results_limit: row.results_limit,
    send_done_email: row.send_done_email,
    n_leads: row.n_roots,
    n_leads_processed: row.n_roots_processed,
    n_objects: row.n_objects,
    n_objects_processed: row.n_objects_processed,
    created_by: presentUser(row.created_by),
    updated_by: presentUser(row.updated_by),
    date_created: presentMoment(row.date_created),
    date_updated: presentMoment(row.date_updated),
    n_objects_deleted: row.n_objects_deleted,
    n_objects_not_found: row.n_objects_not_found,
    n_objects_failed: row.n_objects_failed,
    n_objects_unprocessed: row.n_objects_unprocessed,
    deleted_counts: row.deleted_counts,
    date_started: presentOptionalMoment(row.date_started),
    date_finished: presentOptionalMoment(row.date_finished),
    error_message: row.error_message,
    asked_status: row.asked && ASKED_STATUS[row.asked],
    ...presentWaiting(row),
    ...presentPace(row),
    archive: row.archive,
    undo_id: row.undo_id === null ? null : encodeId(ID_PREFIX.bulkUndo, row.undo_id),
    date_undone: presentOptionalMoment(row.date_undone),
    date_undo_expires: presentOptionalMoment(row.date_undo_expires),
    date_archive_purged: presentOptionalMoment(row.date_archive_purged),
    query_in_words: row.query_words,
    dry_run: row.dry_run,
    preview: row.preview && presentPreview(row.preview),
    expected_count: row.expected_count,
    max_deletes: row.max_deletes,
    max_drift_percent: row.max_drift_percent === null ? null : Number(row.max_drift_percent),
    max_failures: presentMaxFailures(maxFailuresOf(row)),
    retry_of: row.parent_id === null ? null : encodeId(ID_PREFIX.bulkDelete, row.parent_id),
  };
}

const ASKED_STATUS = { pause: 'paused', cancel: 'cancelled' } as const;

/**
 * How fast it goes and how long it will take, as far as its last page can say: mean over the time in which its pages
 * could be worked on, pauses left out. Unknown (null) before the first page and when nothing is going on.
 */
function presentPace(row: BulkDeleteRow): JsonObject {
  const { date_resolved: since, n_objects: total, n_objects_processed: processed } = row;
  const activeMs = since === null ? 0 : row.date_updated.getTime() - since.getTime() - Number(row.paused_ms);
  if (row.status !== 'processing' || total === null || processed === 0 || activeMs <= 0) {
    return { objects_per_second: null, seconds_left: null };
  }
  const perSecond = (processed / activeMs) * 1000;
  return {
    objects_per_second: Math.round(perSecond * 10) / 10,
    seconds_left: Math.ceil((total - processed) / perSecond),
  };
}

/** The counts of a dry run. Its sample is read when it is shown: a copy in an event would outlive the records. */
function presentPreview({ sample: _sample, ...counts }: StoredPreview): JsonObject {
  return { ...counts, date_counted: presentMoment(new Date(counts.date_counted)) };
}

function presentUser(id: string | null): string | null {
  return id === null ? null : encodeId(ID_PREFIX.user, id);
}

function presentOptionalMoment(moment: Date | null): string | null {
  return moment === null ? null : presentMoment(moment);
}
