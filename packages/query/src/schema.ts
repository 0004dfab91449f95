import { type TSchema, Type } from '@sinclair/typebox';
import { DAY_ENDS, OFFSET_UNITS, PERIODS, TEXT_MODES } from './ast.ts';
import { QUERY_LIMITS } from './limits.ts';

/**
 * The JSON of a query and of `sort`, for the OpenAPI document and for clients that generate types. Requests are
 * checked by parseQuery, not by these schemas: it bounds the depth, names the JSON path and says what is allowed.
 */

const closed = { additionalProperties: false } as const;

function objectOf(properties: Record<string, TSchema>, description: string) {
  return Type.Object(properties, { ...closed, description });
}

function optionalOrNull<T extends TSchema>(schema: T) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

const negate = Type.Optional(Type.Boolean({ default: false, description: 'Inverts the whole node.' }));
const text = Type.String({ maxLength: QUERY_LIMITS.textCharacters });
const texts = Type.Array(text, { minItems: 1, maxItems: QUERY_LIMITS.listValues });

const FieldSchema = Type.Union([
  objectOf(
    { type: Type.Literal('regular_field'), object_type: text, field_name: text },
    'A field of the object type that is filtered at this level.',
  ),
  objectOf(
    { type: Type.Literal('custom_field'), custom_field_id: text },
    'A custom field, by its `cf_…` id.',
  ),
]);

function oneOf(values: readonly string[]) {
  return Type.Union(values.map((value) => Type.Literal(value)));
}

const mode = oneOf(TEXT_MODES);
const which = oneOf(DAY_ENDS);
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', examples: ['2026-02-18'] });
const timeOfDay = Type.String({ examples: ['08:00:00'] });
const unit = optionalOrNull(Type.Integer({ minimum: 0, maximum: QUERY_LIMITS.offsetUnits }));

const MomentSchema = Type.Recursive(
  (moment) =>
    Type.Union([
      objectOf({ type: Type.Literal('now') }, 'When the query was sent.'),
      objectOf({ type: Type.Literal('fixed_utc'), value: text }, 'A date with a time, in ISO 8601.'),
      objectOf(
        {
          type: Type.Literal('offset'),
          direction: Type.Union([Type.Literal('past'), Type.Literal('future')]),
          moment,
          offset: Type.Object(Object.fromEntries(OFFSET_UNITS.map((name) => [name, unit])), closed),
          which_day_end: optionalOrNull(which),
        },
        'A moment that far before or after another; which_day_end takes the start or end of the local day reached.',
      ),
      objectOf(
        { type: Type.Literal('fixed_local_date'), value: day, which },
        'The start of a day in local time, or its end, which is the start of the next.',
      ),
      objectOf(
        { type: Type.Literal('start_end_of_predefined_relative_period'), range: oneOf(PERIODS), which },
        'The start of a period around now in local time, or its end. Weeks begin on Monday.',
      ),
    ]),
  { $id: 'QueryMoment' },
);

const number = optionalOrNull(Type.Number());

const ConditionSchema = Type.Union([
  objectOf(
    {
      type: Type.Literal('text'),
      mode,
      value: text,
    },
    'Text that has the words, begins with them, or is the value.',
  ),
  objectOf({ type: Type.Literal('boolean'), value: Type.Boolean() }, 'True or false.'),
  objectOf({ type: Type.Literal('exists') }, 'The field has a value.'),
  objectOf(
    {
      type: Type.Literal('term'),
      values: Type.Array(Type.Union([text, Type.Number(), Type.Boolean()]), {
        minItems: 1,
        maxItems: QUERY_LIMITS.listValues,
      }),
    },
    'Exactly one of these values.',
  ),
  objectOf(
    { type: Type.Literal('reference'), reference_type: text, object_ids: texts },
    'Points at one of these objects or users.',
  ),
  objectOf({ type: Type.Literal('current_user') }, 'Points at the user who sent the query.'),
  objectOf(
    { type: Type.Literal('number_range'), gt: number, gte: number, lt: number, lte: number },
    'A number between these; at least one side.',
  ),
  objectOf(
    {
      type: Type.Literal('moment_range'),
      on_or_after: optionalOrNull(MomentSchema),
      before: optionalOrNull(MomentSchema),
      gte: optionalOrNull(Type.Union([MomentSchema, text], { description: 'The same as on_or_after.' })),
      lt: optionalOrNull(Type.Union([MomentSchema, text], { description: 'The same as before.' })),
    },
    'A moment or a day between these; at least one side.',
  ),
  objectOf(
    {
      type: Type.Literal('local_time'),
      on_or_after: optionalOrNull(timeOfDay),
      before: optionalOrNull(timeOfDay),
    },
    'What clocks show now in the time zone that the field names; over midnight where before is the earlier one.',
  ),
]);

/** `s_query`: the bare tree of nodes. */
export const QuerySchema = Type.Recursive(
  (node) => {
    const queries = Type.Array(node, { maxItems: QUERY_LIMITS.nodes });
    return Type.Union([
      objectOf({ type: Type.Literal('and'), negate, queries }, 'All of these; true when there are none.'),
      objectOf({ type: Type.Literal('or'), negate, queries }, 'Any of these; false when there are none.'),
      objectOf({ type: Type.Literal('object_type'), negate, object_type: text }, 'What the query is about.'),
      objectOf({ type: Type.Literal('id'), negate, value: text }, 'The object with this id.'),
      objectOf(
        { type: Type.Literal('text'), negate, mode, value: text },
        'Text in any of the text-like fields of the object.',
      ),
      objectOf(
        { type: Type.Literal('saved_search'), negate, saved_search_id: text },
        'What a saved search says.',
      ),
      objectOf({ type: Type.Literal('match_all'), negate }, 'Every object.'),
      objectOf(
        { type: Type.Literal('field_condition'), negate, field: FieldSchema, condition: ConditionSchema },
        'A field meets a condition.',
      ),
      objectOf(
        {
          type: Type.Literal('has_related'),
          negate,
          this_object_type: text,
          related_object_type: text,
          related_query: node,
        },
        'At least one related object meets a query.',
      ),
    ]);
  },
  { $id: 'Query', description: 'A structured query; docs/query-language.md has every part with an example.' },
);

/** `sort`: what objects are ordered by, ties by id. */
export const SortSchema = Type.Array(
  objectOf(
    { direction: Type.Union([Type.Literal('asc'), Type.Literal('desc')]), field: FieldSchema },
    'Objects without a value come last in both directions.',
  ),
  { $id: 'QuerySort', maxItems: QUERY_LIMITS.sortItems },
);
