import { Type } from '@sinclair/typebox';
import { BULK_DELETE_STATUSES, BULK_UNDO_STATUSES } from '@winnow/db';
import { nullable } from '../../wire/schemas.ts';

const Count = Type.Integer({ minimum: 0 });
const Stamp = Type.String({ examples: ['2015-03-16T00:19:50.141000+00:00'] });
const Counts = Type.Record(Type.String(), Count);

/** Body of POST, which may be left out. Keys that are not named here are ignored, as Close does. */
export const UndoBody = Type.Object(
  {
    dry_run: Type.Optional(
      Type.Boolean({ description: 'Count what would come back and what would not; nothing is changed.' }),
    ),
    send_done_email: Type.Optional(Type.Boolean({ description: 'Tell me when it has ended. Default true.' })),
  },
  { additionalProperties: true, examples: [{ dry_run: true }] },
);

/** An undo as it is answered. Every field is always there. */
export const BulkUndoSchema = Type.Object(
  {
    id: Type.String({ examples: ['bulkundo_0351xg1euRxkKaxaiJxEHV'] }),
    organization_id: Type.String(),
    bulk_delete_id: Type.String({ description: 'What it undoes.' }),
    status: Type.Union(BULK_UNDO_STATUSES.map((status) => Type.Literal(status))),
    send_done_email: Type.Boolean(),
    n_objects: Type.Integer({
      minimum: 0,
      description: 'Records of every object type that were in the archive when it was asked for.',
    }),
    n_objects_processed: Count,
    n_objects_restored: Count,
    n_objects_failed: Type.Integer({
      minimum: 0,
      description: 'Conflicts: they are still in the archive, each with a reason on record.',
    }),
    n_objects_not_found: Type.Integer({
      minimum: 0,
      description: 'Left the archive before their turn came.',
    }),
    n_objects_unprocessed: Count,
    restored_counts: { ...Counts, description: 'Everything that came back, by object type.' },
    n_links_restored: Type.Integer({
      minimum: 0,
      description: 'Links to restored records, in records that had stayed.',
    }),
    n_links_failed: Count,
    created_by: nullable(Type.String()),
    updated_by: nullable(Type.String()),
    date_created: Stamp,
    date_updated: Stamp,
    date_started: nullable(Stamp),
    date_finished: nullable(Stamp),
    error_message: nullable(Type.String({ description: 'Why the status is `error`.' })),
    asked_status: nullable(Type.Union([Type.Literal('paused'), Type.Literal('cancelled')])),
    waiting_reason: nullable(
      Type.String({ description: 'Why it cannot go on for the moment; it will, by itself.' }),
    ),
    date_waiting: nullable(Type.String({ description: 'Since when it waits; null also when not known.' })),
    objects_per_second: nullable(Type.Number({ minimum: 0 })),
    seconds_left: nullable(Count),
  },
  { additionalProperties: true },
);

/** What a dry run of an undo is answered with. */
export const UndoPreviewSchema = Type.Object(
  {
    dry_run: Type.Literal(true),
    bulk_delete_id: Type.String(),
    n_objects: nullable(Type.Integer({ minimum: 0, description: 'Records that the archive holds of it.' })),
    n_objects_restorable: nullable(Count),
    n_objects_in_conflict: nullable(Count),
    restorable_counts: nullable({ ...Counts, description: 'What would come back, by object type.' }),
    conflict_counts: nullable({ ...Counts, description: 'What would stay in the archive, by code.' }),
    n_links_restorable: nullable(Count),
    n_links_in_conflict: nullable(Count),
    error_message: nullable(Type.String({ description: 'Why the undo would end before the first record.' })),
    note: nullable(Type.String()),
  },
  { additionalProperties: true },
);

/** One record, or one link of it, that did not come back. */
export const UndoConflictSchema = Type.Object(
  {
    object_type: Type.String(),
    object_id: Type.String(),
    field: nullable(Type.String({ description: 'The link; null when the whole record is meant.' })),
    code: Type.String({ examples: ['id_in_use', 'parent_gone', 'unique_value_in_use'] }),
    message: Type.String(),
  },
  { additionalProperties: true },
);

/** 409: it cannot be undone, or not now. */
export const UndoRefusalSchema = Type.Object({
  error: Type.String(),
  status: Type.Union(
    BULK_DELETE_STATUSES.map((status) => Type.Literal(status)),
    { description: 'Of the bulk delete.' },
  ),
});
