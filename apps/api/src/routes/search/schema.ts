import { Type } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { nullable } from '../../wire/schemas.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 200;

/** Most objects of a page when the body does not say. */
export const defaultLimit = DEFAULT_LIMIT;

/** The body of POST. Keys that are not named here are ignored, as Close does. */
export function searchSchema(catalog: Catalog) {
  const root = catalog.rootObjectType ?? Object.keys(catalog.objectTypes)[0] ?? '';
  return Type.Object(
    {
      query: Type.Optional(
        Type.Unknown({
          description:
            'Required: what to find, as the bare query tree. Without an `object_type` it is asked of objects of all types.',
          examples: [{ type: 'and', queries: [{ type: 'object_type', object_type: root }] }],
        }),
      ),
      _fields: Type.Optional(
        Type.Record(Type.String(), Type.Array(Type.String()), {
          description:
            'The fields that are shown, by object type. Without it: only the type and the id of each object.',
          examples: [{ [root]: ['id'] }],
        }),
      ),
      sort: Type.Optional(
        Type.Unknown({
          description:
            'What the objects are ordered by. Objects without a value come last, ties are settled by id.',
        }),
      ),
      _limit: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: MAX_LIMIT,
          default: DEFAULT_LIMIT,
          description: 'Most objects of a page; 0 gives counts only.',
        }),
      ),
      results_limit: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 0,
            maximum: Number.MAX_SAFE_INTEGER,
            description: 'Most objects of all pages together; null: no limit.',
          }),
        ),
      ),
      include_counts: Type.Optional(nullable(Type.Boolean({ default: false }))),
      cursor: Type.Optional(
        nullable(
          Type.String({
            description:
              'The cursor of the answer before; empty or null for the first page. The rest of the body stays as it was.',
          }),
        ),
      ),
    },
    {
      additionalProperties: true,
      examples: [
        {
          query: { type: 'and', queries: [{ type: 'object_type', object_type: root }] },
          results_limit: 0,
          include_counts: true,
        },
      ],
    },
  );
}

const Count = Type.Integer({ minimum: 0 });

export const SearchAnswerSchema = Type.Object({
  data: Type.Array(
    Type.Object(
      { __object_type: Type.String(), id: Type.String() },
      { additionalProperties: true, description: 'With the fields that `_fields` names for its type.' },
    ),
  ),
  cursor: nullable(
    Type.String({ description: 'For the next page, within five minutes; null when there is none.' }),
  ),
  count: Type.Optional(
    Type.Object(
      { limited: Count, total: Count },
      { description: 'Only with `include_counts`; `limited` is at most `results_limit`.' },
    ),
  ),
});
