import { type TSchema, Type } from '@sinclair/typebox';
import { OUTCOMES } from '@winnow/db';
import { NDJSON } from '../../wire/ndjson.ts';
import { nullable } from '../../wire/schemas.ts';

/** Most results of one answer, unless they come as lines. */
const MAX_RESULTS = 1000;
export const DEFAULT_RESULTS = 100;

const IncludeChildren = Type.Optional(
  Type.Union([Type.Literal('true'), Type.Literal('false')], {
    default: 'false',
    description:
      'Also what went with the deleted records and has a URL of its own, as far as the archive has it.',
  }),
);

export const ResultsQuery = Type.Object({
  outcome: Type.Optional(
    Type.Union(
      OUTCOMES.map((outcome) => Type.Literal(outcome)),
      { description: 'Only these.' },
    ),
  ),
  include_children: IncludeChildren,
  _limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_RESULTS,
      default: DEFAULT_RESULTS,
      description: 'Most results in the answer. Lines have no most.',
    }),
  ),
  _cursor: Type.Optional(Type.String({ description: '`cursor_next` of an answer before.' })),
});

export const ExportQuery = Type.Object({ include_children: IncludeChildren });

/** What became of one record. */
export const ResultSchema = Type.Object({
  id: Type.String(),
  object_type: Type.String(),
  outcome: Type.Union(
    [...OUTCOMES, 'deleted_or_not_found'].map((outcome) => Type.Literal(outcome)),
    {
      description:
        '`deleted_or_not_found` only of bulk deletes without an archive from before each outcome was kept.',
    },
  ),
  code: nullable(Type.String({ description: 'Of a failed one: the SQLSTATE.', examples: ['23503'] })),
  message: nullable(Type.String({ description: 'Of a failed one: why.' })),
  parent: nullable(
    Type.String({ description: 'What it went with; null for a record that was itself to be deleted.' }),
  ),
});

/** Results as one answer, or as lines. */
export function resultsAnswer(result: TSchema): TSchema {
  const list = Type.Object({
    data: Type.Array(result),
    cursor_next: nullable(Type.String({ description: 'To the next results; null when there are none.' })),
  });
  return Type.Unsafe({
    description: 'In the order of the frozen set.',
    content: {
      'application/json': { schema: list },
      [NDJSON]: { schema: Type.String({ description: 'All of them, one JSON object a line.' }) },
    },
  });
}

export const ExportAnswer: TSchema = Type.Unsafe({
  description: 'One record a line, as its own URL showed it.',
  content: {
    [NDJSON]: {
      schema: Type.String({ description: 'JSON objects, each with its object type in `__object_type`.' }),
    },
  },
});
