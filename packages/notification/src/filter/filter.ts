import type { JsonValue } from '@winnow/db';

/** A condition on a value, of an event at first (reference, 5.5). It came through `parseFilter`, or from the database. */
export type EventFilter =
  | { readonly type: 'equals' | 'not_equals' | 'contains'; readonly value: JsonValue }
  | { readonly type: 'is_null' | 'non_null' }
  | { readonly type: 'and' | 'or'; readonly filters: readonly EventFilter[] }
  | { readonly type: 'not' | 'any_array_value'; readonly filter: EventFilter }
  | { readonly type: 'field_accessor'; readonly field: string; readonly filter: EventFilter };

/** Every kind of filter, with what it needs beside `type`. */
export const FILTER_KEYS: Readonly<Record<EventFilter['type'], readonly string[]>> = {
  equals: ['value'],
  not_equals: ['value'],
  contains: ['value'],
  is_null: [],
  non_null: [],
  and: ['filters'],
  or: ['filters'],
  not: ['filter'],
  field_accessor: ['field', 'filter'],
  any_array_value: ['filter'],
};
