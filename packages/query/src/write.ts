import { decodeId, ID_PREFIX } from '@winnow/catalog';
import {
  type Condition,
  type ConditionType,
  type FieldRef,
  type Moment,
  type MomentType,
  type NodeType,
  OFFSET_UNITS,
  type QueryNode,
} from './ast.ts';

/** JSON of a query: what `parseQuery` reads. */
export type QueryJson = { readonly [key: string]: QueryJsonValue };
export type QueryJsonValue = string | number | boolean | null | QueryJson | readonly QueryJsonValue[];

type SavedSearches = ReadonlyMap<string, QueryNode>;

/**
 * AST -> JSON, the way back from `parseQuery`, which reads it as the same AST again.
 * @param savedSearches by plain UUID: a saved search that is in it is written out as what it means, so that the query
 *   no longer depends on it. The query must have passed the check: saved searches that contain themselves never end.
 */
export function writeQuery(node: QueryNode, savedSearches: SavedSearches = new Map()): QueryJson {
  const { type, ...rest } = writeNode(node, savedSearches);
  return node.negate ? { type, ...rest, negate: true } : { type, ...rest };
}

const NODES: {
  readonly [T in NodeType]: (
    node: QueryNode<T>,
    savedSearches: SavedSearches,
  ) => QueryJson & { readonly type: string };
} = {
  and: ({ queries }, saved) => ({ type: 'and', queries: queries.map((query) => writeQuery(query, saved)) }),
  or: ({ queries }, saved) => ({ type: 'or', queries: queries.map((query) => writeQuery(query, saved)) }),
  object_type: ({ objectType }) => ({ type: 'object_type', object_type: objectType }),
  id: ({ value }) => ({ type: 'id', value }),
  text: ({ mode, value }) => ({ type: 'text', mode, value }),
  match_all: () => ({ type: 'match_all' }),
  saved_search: ({ savedSearchId }, saved) => {
    const id = decodeId(ID_PREFIX.savedSearch, savedSearchId);
    const tree = id === undefined ? undefined : saved.get(id);
    if (tree === undefined) return { type: 'saved_search', saved_search_id: savedSearchId };
    // Inside an `and` of its own, so that its negation and that of the node that names it stay two things.
    return { type: 'and', queries: [writeQuery(tree, saved)] };
  },
  field_condition: ({ field, condition }) => ({
    type: 'field_condition',
    field: writeField(field),
    condition: writeCondition(condition),
  }),
  has_related: ({ thisObjectType, relatedObjectType, relatedQuery }, saved) => ({
    type: 'has_related',
    this_object_type: thisObjectType,
    related_object_type: relatedObjectType,
    related_query: writeQuery(relatedQuery, saved),
  }),
};

function writeNode<T extends NodeType>(node: QueryNode<T>, savedSearches: SavedSearches) {
  return NODES[node.type](node, savedSearches);
}

function writeField(field: FieldRef): QueryJson {
  return field.type === 'regular_field'
    ? { type: 'regular_field', object_type: field.objectType, field_name: field.fieldName }
    : { type: 'custom_field', custom_field_id: field.customFieldId };
}

const CONDITIONS: { readonly [T in ConditionType]: (condition: Condition<T>) => QueryJson } = {
  text: ({ mode, value }) => ({ mode, value }),
  boolean: ({ value }) => ({ value }),
  exists: () => ({}),
  term: ({ values }) => ({ values }),
  reference: ({ referenceType, objectIds }) => ({ reference_type: referenceType, object_ids: objectIds }),
  current_user: () => ({}),
  number_range: ({ gt, gte, lt, lte }) => given({ gt, gte, lt, lte }),
  moment_range: ({ onOrAfter, before }) => ({
    on_or_after: onOrAfter && writeMoment(onOrAfter),
    before: before && writeMoment(before),
  }),
  local_time: ({ onOrAfter, before }) => given({ on_or_after: onOrAfter, before }),
};

function writeCondition<T extends ConditionType>(condition: Condition<T>): QueryJson {
  return { type: condition.type, ...CONDITIONS[condition.type](condition) };
}

const MOMENTS: { readonly [T in MomentType]: (moment: Moment<T>) => QueryJson } = {
  now: () => ({}),
  fixed_utc: ({ value }) => ({ value }),
  fixed_local_date: ({ value, which }) => ({ value, which }),
  start_end_of_predefined_relative_period: ({ range, which }) => ({ range, which }),
  offset: ({ direction, moment, offset, whichDayEnd }) => ({
    direction,
    moment: writeMoment(moment),
    offset: Object.fromEntries(OFFSET_UNITS.map((unit) => [unit, offset[unit]])),
    which_day_end: whichDayEnd,
  }),
};

function writeMoment<T extends MomentType>(moment: Moment<T>): QueryJson {
  return { type: moment.type, ...MOMENTS[moment.type](moment) };
}

function given(values: QueryJson): QueryJson {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
