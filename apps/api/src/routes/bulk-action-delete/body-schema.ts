import { Type } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { nullable } from '../../wire/schemas.ts';
import { MaxFailuresBody } from './read-max-failures.ts';

/** The columns are of type `integer`. */
const MAX_INTEGER = 2_147_483_647;

/** The body of POST. Keys that are not named here are ignored, as Close does, but for those in unsupported-keys.ts. */
export function createSchema(catalog: Catalog) {
  const example = exampleQuery(catalog);
  return Type.Object(
    {
      // Optional here, so that the engine says what is missing and how everything would be meant.
      s_query: Type.Optional(
        Type.Unknown({
          description:
            'What to delete, as the bare query tree. Its `object_type` says of which kind the objects are. ' +
            'This or `query` is required.',
          examples: [example.sQuery],
        }),
      ),
      query: Type.Optional(
        Type.Unknown({
          description:
            'In place of `s_query`: the query as text, about objects of the type `bulk_object_type`.',
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
          Type.Integer({ minimum: 0, maximum: MAX_INTEGER, description: 'At most so many; null: no limit.' }),
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
        Type.String({
          description:
            'With `s_query` only checked: must name the type that it names. With `query`: what it is about.',
        }),
      ),
      dry_run: Type.Optional(
        nullable(
          Type.Boolean({
            default: false,
            description: 'Delete nothing; answer with what would be deleted, in `preview`.',
          }),
        ),
      ),
      preview_token: Type.Optional(
        nullable(
          Type.String({
            minLength: 1,
            maxLength: 4096,
            description: 'Of a dry run: refuses anything but what was previewed.',
          }),
        ),
      ),
      expected_count: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 0,
            maximum: MAX_INTEGER,
            description:
              'Ends in `error` before anything is deleted when the query takes another number. ' +
              'Default with a `preview_token`: the number that was previewed.',
          }),
        ),
      ),
      max_drift_percent: Type.Optional(
        nullable(
          Type.Number({
            minimum: 0,
            maximum: 100,
            description: 'How far the number may be off `expected_count`, up or down. Default: 0.',
          }),
        ),
      ),
      max_deletes: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 0,
            maximum: MAX_INTEGER,
            description: 'Ends in `error` before anything is deleted when the query takes more.',
          }),
        ),
      ),
      max_failures: MaxFailuresBody,
    },
    {
      additionalProperties: true,
      examples: [{ results_limit: null, s_query: example.sQuery, sort: example.sort }],
    },
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
