import { Type } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { BULK_DELETE_STATUSES } from '@winnow/db';
import { nullable } from '../../wire/schemas.ts';

const Count = Type.Integer({ minimum: 0 });
const Stamp = Type.String({ examples: ['2015-03-16T00:19:50.141000+00:00'] });
const JsonObjects = Type.Array(Type.Object({}, { additionalProperties: true }));
/** The column is an `integer`. */
const MAX_RESULTS = 2_147_483_647;

/** The body of POST. Keys that are not named here are ignored, as Close does, but for those in unsupported-keys.ts. */
export function createSchema(catalog: Catalog) {
  const example = exampleQuery(catalog);
  return Type.Object(
    {
      // Optional here, so that the engine says what is missing and how everything would be meant.
      s_query: Type.Optional(
        Type.Unknown({
          description:
            'Required: what to delete, as the bare query tree. Its `object_type` says of which kind the objects are.',
          examples: [example.sQuery],
        }),
      ),
      sort: Type.Optional(
        Type.Unknown({
          description: 'Which objects are taken first when `results_limit` is given.',
          examples: [example.sort],
        }),
      ),
      results_limit: Type.Optional(
        nullable(
          Type.Integer({ minimum: 0, maximum: MAX_RESULTS, description: 'At most so many; null: no limit.' }),
        ),
      ),
      send_done_email: Type.Optional(
        Type.Boolean({ default: true, description: 'Whether an e-mail says when it is done.' }),
      ),
      match_all: Type.Optional(
        Type.Boolean({
          default: false,
          description: 'Must be true when `s_query` has no condition and every object of its type is meant.',
        }),
      ),
      archive: Type.Optional(
        Type.Boolean({
          default: true,
          description:
            'Whether deleted records are kept, so that they can come back. `false` needs the scope `delete:permanent`.',
        }),
      ),
      bulk_object_type: Type.Optional(
        Type.String({ description: 'Only checked: must name the type that `s_query` names.' }),
      ),
    },
    {
      additionalProperties: true,
      examples: [{ results_limit: null, s_query: example.sQuery, sort: example.sort }],
    },
  );
}

/** A bulk delete as it is answered. Every field is always present. */
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
      deleted_counts: Type.Record(Type.String(), Count, {
        description: 'Everything that was deleted, what belonged to the objects included, by object type.',
      }),
      date_started: nullable(Stamp),
      date_finished: nullable(Stamp),
      error_message: nullable(Type.String({ description: 'Why the status is `error`.' })),
    },
    { additionalProperties: true },
  );
}

/** A query that is right for this catalog: a text condition on its root objects, the newest first. */
function exampleQuery(catalog: Catalog) {
  const type = Object.values(catalog.objectTypes).find(
    ({ name, bulkName }) => bulkName !== undefined && (catalog.rootObjectType ?? name) === name,
  );
  const fields = Object.values(type?.fields ?? {});
  const regularField = (name: string | undefined) => ({
    type: 'regular_field',
    object_type: type?.name ?? '',
    field_name: name ?? '',
  });
  const text = fields.find((field) => field.kind === 'text' && field.searchable);
  const sorted =
    fields.find((field) => field.kind === 'moment' && field.sortable) ?? fields.find((f) => f.sortable);
  return {
    sQuery: {
      type: 'and',
      queries: [
        { type: 'object_type', object_type: type?.name ?? '' },
        {
          type: 'field_condition',
          field: regularField(text?.name),
          condition: { type: 'text', mode: 'full_words', value: 'ACME Inc.' },
        },
      ],
    },
    sort: [{ direction: 'desc', field: regularField(sorted?.name) }],
  };
}
