import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '@winnow/db';
import type { EventFilter } from './filter.ts';

/**
 * Whether a value passes a filter. A field that is not there is null. Of an empty list of filters, `and` holds and
 * `or` does not. What is neither a list nor a text contains nothing.
 */
export function passes(filter: EventFilter, value: JsonValue): boolean {
  switch (filter.type) {
    case 'equals':
      return isSame(value, filter.value);
    case 'not_equals':
      return !isSame(value, filter.value);
    case 'contains':
      return contains(value, filter.value);
    case 'is_null':
      return value === null;
    case 'non_null':
      return value !== null;
    case 'and':
      return filter.filters.every((each) => passes(each, value));
    case 'or':
      return filter.filters.some((each) => passes(each, value));
    case 'not':
      return !passes(filter.filter, value);
    case 'field_accessor':
      return passes(filter.filter, fieldOf(value, filter.field));
    case 'any_array_value':
      return Array.isArray(value) && value.some((each: JsonValue) => passes(filter.filter, each));
  }
}

/** Equal as JSON: the order of an object's keys means nothing. */
function isSame(one: JsonValue, other: JsonValue): boolean {
  return one === other || isDeepStrictEqual(one, other);
}

function contains(value: JsonValue, part: JsonValue): boolean {
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  return Array.isArray(value) && value.some((each: JsonValue) => isSame(each, part));
}

function fieldOf(value: JsonValue, name: string): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  // An event that is asked for `constructor` must not answer with Object's.
  const own: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return (own ?? null) as JsonValue;
}
