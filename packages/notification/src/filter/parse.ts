import type { JsonValue } from '@winnow/db';
import { type EventFilter, FILTER_KEYS } from './filter.ts';

/** A filter is asked about every event of an organization, so what it may cost is bounded when it is taken. */
export const MAX_FILTER_DEPTH = 16;
export const MAX_FILTER_NODES = 200;
/** Of the filter as JSON. */
export const MAX_FILTER_CHARACTERS = 20_000;

/** A filter that cannot be used, and where in the body it is wrong. */
export class FilterError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.name = 'FilterError';
    this.path = path;
  }
}

/**
 * Reads a filter out of a request. Keys that no filter has are refused: a misspelt one would be asked for nothing,
 * and the subscription would be sent more than its owner thinks.
 * @param path where the filter stands in the body, for errors.
 * @throws FilterError with the path of the first mistake.
 */
export function parseFilter(given: unknown, path: string): EventFilter {
  if (isObject(given) && JSON.stringify(given).length > MAX_FILTER_CHARACTERS) {
    throw new FilterError(path, `A filter has at most ${MAX_FILTER_CHARACTERS} characters of JSON.`);
  }
  return parseNode(given, path, 1, { nodes: 0 });
}

function parseNode(given: unknown, path: string, depth: number, seen: { nodes: number }): EventFilter {
  if (!isObject(given)) throw new FilterError(path, 'A filter is an object with a "type".');
  if (depth > MAX_FILTER_DEPTH)
    throw new FilterError(path, `Filters are nested at most ${MAX_FILTER_DEPTH} deep.`);
  seen.nodes += 1;
  if (seen.nodes > MAX_FILTER_NODES)
    throw new FilterError(path, `A filter is made of at most ${MAX_FILTER_NODES} filters.`);
  const type = readType(given, path);
  for (const key of FILTER_KEYS[type]) {
    if (!Object.hasOwn(given, key)) throw new FilterError(`${path}.${key}`, 'This field is required.');
  }
  for (const key of Object.keys(given)) {
    if (key !== 'type' && !FILTER_KEYS[type].includes(key))
      throw new FilterError(`${path}.${key}`, `A filter of the type "${type}" has no "${key}".`);
  }
  const inner = (key: string, index = '') => `${path}.${key}${index}`;
  switch (type) {
    case 'equals':
    case 'not_equals':
    case 'contains':
      return { type, value: given.value as JsonValue };
    case 'is_null':
    case 'non_null':
      return { type };
    case 'and':
    case 'or': {
      const { filters } = given;
      if (!Array.isArray(filters)) throw new FilterError(inner('filters'), 'Must be a list of filters.');
      return {
        type,
        filters: filters.map((each: unknown, index) =>
          parseNode(each, inner('filters', `[${index}]`), depth + 1, seen),
        ),
      };
    }
    case 'not':
    case 'any_array_value':
      return { type, filter: parseNode(given.filter, inner('filter'), depth + 1, seen) };
    case 'field_accessor': {
      const { field } = given;
      if (typeof field !== 'string' || field === '')
        throw new FilterError(inner('field'), 'Must be the name of a field.');
      return { type, field, filter: parseNode(given.filter, inner('filter'), depth + 1, seen) };
    }
  }
}

function readType(given: Readonly<Record<string, unknown>>, path: string): EventFilter['type'] {
  const { type } = given;
  if (isFilterType(type)) return type;
  throw new FilterError(`${path}.type`, `Must be one of ${Object.keys(FILTER_KEYS).join(', ')}.`);
}

function isFilterType(type: unknown): type is EventFilter['type'] {
  return typeof type === 'string' && Object.hasOwn(FILTER_KEYS, type);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
