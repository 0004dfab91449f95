import {
  type Catalog,
  type CustomField,
  decodeId,
  ID_PREFIX,
  type ObjectType,
  tableOf,
} from '@winnow/catalog';
import type { JsonValue } from '@winnow/db';
import { CUSTOM_PREFIX, customFieldOf, customTarget } from '@winnow/records';
import { type Draft, isObject, joinPath, own, type Reading } from './draft.ts';
import {
  readChoice,
  readDate,
  readDateTime,
  readNumber,
  readReference,
  readText,
  type ValueReading,
} from './read-value.ts';

/** A custom field's value as it is stored, with the records that it refers to. */
type CustomReading =
  | { readonly ok: true; readonly value: JsonValue; readonly referencedIds: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads the `custom.cf_…` keys of a body: values to set, and fields to clear (null or an empty list).
 * What is wrong goes to `reading.fieldErrors`, what must exist to `reading.references`.
 */
export function readCustom(
  reading: Reading,
  objectType: ObjectType,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Draft['custom'] {
  const set: Record<string, JsonValue> = {};
  const unset: string[] = [];
  refuseCustomByName(reading, objectType, path, body);
  for (const [key, given] of Object.entries(body)) {
    if (!key.startsWith(CUSTOM_PREFIX)) continue;
    const at = joinPath(path, key);
    const id = decodeId(ID_PREFIX.customField, key.slice(CUSTOM_PREFIX.length));
    const field = id === undefined ? undefined : customFieldOf(reading.context, objectType, id);
    if (!field) {
      reading.fieldErrors[at] = `There is no custom field of ${objectType.label.many} with this id.`;
    } else if (given === null || (Array.isArray(given) && given.length === 0)) {
      unset.push(field.id);
    } else {
      const value = readNoted(reading, field, at, given);
      if (value !== undefined) set[field.id] = value;
    }
  }
  return { set, unset };
}

/** Close's old `custom` object names fields by their label. To pass over it would lose data without a word. */
function refuseCustomByName(
  { context, fieldErrors }: Reading,
  objectType: ObjectType,
  path: string,
  body: Readonly<Record<string, unknown>>,
): void {
  const given = own(body, 'custom');
  const hasValues = isObject(given) && Object.keys(given).length > 0;
  if (hasValues && tableOf(context.catalog, objectType.table).customColumn !== undefined) {
    fieldErrors[joinPath(path, 'custom')] = `Custom fields are written by id: "${CUSTOM_PREFIX}cf_…".`;
  }
}

function readNoted(
  reading: Reading,
  field: CustomField,
  path: string,
  given: unknown,
): JsonValue | undefined {
  const { catalog } = reading.context;
  const result = readCustomValue(catalog, field, given);
  if (!result.ok) {
    reading.fieldErrors[path] = result.problem;
    return undefined;
  }
  const target = customTarget(catalog, field.type) ?? '';
  for (const id of result.referencedIds) reading.references.push({ path, target, id });
  return result.value;
}

/**
 * Reads a value that is not null. A field that takes several values stores a list, also of one value; references
 * are stored as plain UUIDs.
 */
function readCustomValue(catalog: Catalog, field: CustomField, value: unknown): CustomReading {
  if (Array.isArray(value) && !field.acceptsMultipleValues) {
    return { ok: false, problem: 'This field takes one value, not a list.' };
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const values: JsonValue[] = [];
  const referencedIds: string[] = [];
  for (const item of items) {
    const reading = readOne(catalog, field, item);
    if (!reading.ok) return reading;
    values.push(reading.value);
    if (reading.referencedId !== undefined) referencedIds.push(reading.referencedId);
  }
  const [first] = values;
  return { ok: true, value: field.acceptsMultipleValues ? values : (first ?? null), referencedIds };
}

function readOne(catalog: Catalog, field: CustomField, value: unknown): ValueReading {
  const rules = { required: false, values: field.choices };
  const target = customTarget(catalog, field.type);
  if (target !== undefined) return readReference(catalog, target, value);
  switch (field.type) {
    case 'number':
      return readNumber(value, rules);
    case 'date':
      return readDate(value, rules);
    case 'datetime':
      return readDateTime(value, rules);
    case 'choices':
      return readChoice(value, rules);
    default:
      return readText(value, rules);
  }
}
