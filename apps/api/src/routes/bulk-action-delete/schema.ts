import { Type } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { BULK_DELETE_STATUSES } from '@winnow/db';
import { nullable } from '../../wire/schemas.ts';
import { MaxFailuresSchema } from './read-max-failures.ts';

const Count = Type.Integer({ minimum: 0 });
const Stamp = Type.String({ examples: ['2015-03-16T00:19:50.141000+00:00'] });
const DeletedCounts = Type.Record(Type.String(), Count);
const JsonObjects = Type.Array(Type.Object({}, { additionalProperties: true }));

/** A bulk delete as it is answered. Every field is always present, but for what only the answer to a dry run has. */
export function bulkDeleteSchema(catalog: Catalog) {
  const names = Object.values(catalog.objectTypes).flatMap(({ bulkName }) => bulkName ?? []);
  return Type.Object(
    {
      id: Type.String({ examples: ['bulkdelete_0351xg1euRxkKaxaiJxEHV'] }),
      organization_id: Type.String(),
      bulk_object_type: Type.Union(names.map((name) => Type.Literal(name))),
      status: Type.Union(BULK_DELETE_STATUSES.map((status) => Type.Literal(status))),
      s_query: nullable(Type.Object({}, { additionalProperties: true })),
      query: nullable(Type.String()),
      sort: JsonObjects,
      results_limit: nullable(Type.Integer({ minimum: 0 })),
      send_done_email: Type.Boolean(),
      archive: Type.Boolean(),
      undo_id: nullable(Type.String({ description: 'The last undo of it.' })),
      date_undone: nullable(Type.String({ description: 'When the last undo of it was done.' })),
      date_undo_expires: nullable(
        Type.String({
          description:
            'Until when it can be undone and exported. null until it has ended, and when there is nothing to undo.',
        }),
      ),
      date_archive_purged: nullable(
        Type.String({ description: 'When what was archived of it was destroyed.' }),
      ),
      n_leads: nullable(Count),
      n_leads_processed: Count,
      n_objects: nullable(Type.Integer({ minimum: 0, description: 'null until the query is resolved.' })),
      n_objects_processed: Count,
      created_by: nullable(Type.String()),
      updated_by: nullable(Type.String()),
      date_created: Stamp,
      date_updated: Stamp,
      n_objects_deleted: Count,
      n_objects_not_found: Type.Integer({ minimum: 0, description: 'Gone before their turn came.' }),
      n_objects_failed: Type.Integer({
        minimum: 0,
        description: 'Could not be deleted, each with a reason on record.',
      }),
      n_objects_unprocessed: nullable(
        Type.Integer({
          minimum: 0,
          description: 'Whose turn has not come; of a cancelled one, never touched.',
        }),
      ),
      deleted_counts: Type.Record(Type.String(), Count, {
        description: 'Everything that was deleted, what belonged to the objects included, by object type.',
      }),
      date_started: nullable(Stamp),
      date_finished: nullable(Stamp),
      error_message: nullable(Type.String({ description: 'Why the status is `error`.' })),
      asked_status: nullable(
        Type.Union([Type.Literal('paused'), Type.Literal('cancelled')], {
          description: 'What it becomes when the pages in hand are finished.',
        }),
      ),
      waiting_reason: nullable(
        Type.String({ description: 'Why it cannot go on for the moment; it will, by itself.' }),
      ),
      date_waiting: nullable(Type.String({ description: 'Since when it waits; null also when not known.' })),
      objects_per_second: nullable(
        Type.Number({ minimum: 0, description: 'While it is processing; pauses do not count.' }),
      ),
      seconds_left: nullable(Type.Integer({ minimum: 0, description: 'At this pace; null: not known.' })),
      query_in_words: nullable(Type.String({ description: 'What the query asks for, for people.' })),
      dry_run: Type.Boolean({ description: 'Nothing was deleted: `preview` has what would have been.' }),
      preview: nullable(previewSchema()),
      preview_token: Type.Optional(
        Type.String({
          description: 'Only in the answer to a dry run: binds a bulk delete to it, for an hour.',
        }),
      ),
      expected_count: nullable(Count),
      max_deletes: nullable(Count),
      max_drift_percent: nullable(Type.Number({ minimum: 0 })),
      max_failures: MaxFailuresSchema,
      retry_of: nullable(
        Type.String({ description: 'The bulk delete whose failed and unprocessed objects this one takes.' }),
      ),
    },
    { additionalProperties: true },
  );
}

/** What a dry run found. */
function previewSchema() {
  return Type.Object(
    {
      count: nullable(
        Type.Integer({ minimum: 0, description: 'Objects that would be deleted. null: not known.' }),
      ),
      is_estimate: Type.Boolean({ description: 'Whether `count` and `total_matching` are estimates.' }),
      total_matching: nullable(
        Type.Integer({ minimum: 0, description: 'The same without `results_limit`.' }),
      ),
      matches_everything: Type.Boolean({
        description: 'The query has no condition: to delete, `match_all` must be true.',
      }),
      cascade: nullable({
        ...DeletedCounts,
        description: 'What would be deleted with them, by object type.',
      }),
      detached: nullable({
        ...DeletedCounts,
        description: 'What would stay and lose a link to something deleted, by object type.',
      }),
      cascade_is_estimate: Type.Boolean({ description: 'Whether `cascade` and `detached` are estimates.' }),
      sample: Type.Optional(
        nullable(
          Type.Array(
            Type.Object({ __object_type: Type.String(), id: Type.String() }, { additionalProperties: true }),
            { description: 'The first of them, as they are now. Not in lists.' },
          ),
        ),
      ),
      breach: nullable(
        Type.String({ description: 'What a guard of the request would have stopped the bulk delete with.' }),
      ),
      note: nullable(Type.String({ description: 'What is to be known about these numbers.' })),
      date_counted: Stamp,
      took_ms: Count,
    },
    { additionalProperties: true },
  );
}
