/** Short hands for the JSON of queries, so that a test shows what it is about and nothing else. */

type Json = Readonly<Record<string, unknown>>;

export const all = (...queries: readonly unknown[]): Json => ({ type: 'and', queries });
export const any = (...queries: readonly unknown[]): Json => ({ type: 'or', queries });
export const not = (node: Json): Json => ({ ...node, negate: true });
export const about = (objectType: string): Json => ({ type: 'object_type', object_type: objectType });
export const byId = (value: string): Json => ({ type: 'id', value });
export const everything: Json = { type: 'match_all' };

/** Objects of a type that satisfy every node. */
export const query = (objectType: string, ...nodes: readonly unknown[]): Json =>
  all(about(objectType), ...nodes);

/** A condition on a field; `field` is written `type.field_name` after the last dot. */
export function where(field: string, condition: Json): Json {
  const dot = field.lastIndexOf('.');
  const ref = { type: 'regular_field', object_type: field.slice(0, dot), field_name: field.slice(dot + 1) };
  return { type: 'field_condition', field: ref, condition };
}

/** A condition on a custom field, by its wire id. */
export const whereCustom = (customFieldId: string, condition: Json): Json => ({
  type: 'field_condition',
  field: { type: 'custom_field', custom_field_id: customFieldId },
  condition,
});

/** `related('lead > contact', query)` */
export function related(pair: string, relatedQuery: unknown): Json {
  const [thisObjectType, relatedObjectType] = pair.split(' > ');
  return {
    type: 'has_related',
    this_object_type: thisObjectType,
    related_object_type: relatedObjectType,
    related_query: relatedQuery,
  };
}

export const savedSearch = (savedSearchId: string): Json => ({
  type: 'saved_search',
  saved_search_id: savedSearchId,
});

/** A condition, or a node of its own. */
export const text = (mode: string, value: string): Json => ({ type: 'text', mode, value });
export const term = (...values: readonly unknown[]): Json => ({ type: 'term', values });
export const reference = (referenceType: string, ...objectIds: readonly string[]): Json => ({
  type: 'reference',
  reference_type: referenceType,
  object_ids: objectIds,
});
export const exists: Json = { type: 'exists' };
export const me: Json = { type: 'current_user' };
export const isTrue = (value: boolean): Json => ({ type: 'boolean', value });
export const numbers = (bounds: Json): Json => ({ type: 'number_range', ...bounds });

/** A moment_range; a side may be null. */
export const between = (onOrAfter: unknown, before: unknown): Json => ({
  type: 'moment_range',
  on_or_after: onOrAfter,
  before,
});
export const now: Json = { type: 'now' };
export const at = (value: string): Json => ({ type: 'fixed_utc', value });

/** A moment `units` before now, e.g. `ago({ days: 2 }, 'start')`. */
export const ago = (units: Json, whichDayEnd?: 'start' | 'end', direction = 'past'): Json => ({
  type: 'offset',
  direction,
  moment: now,
  offset: { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0, ...units },
  which_day_end: whichDayEnd ?? null,
});
