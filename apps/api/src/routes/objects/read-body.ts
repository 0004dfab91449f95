import { type Embed, type Field, newId, type ObjectType, objectTypeOf } from '@winnow/catalog';
import type { JsonValue } from '@winnow/db';
import { API_PREFIX, hasRoutes } from '@winnow/records';
import { type FieldErrors, invalid } from '../../refusal.ts';
import type { ObjectContext } from './context.ts';
import { readCustom } from './custom-values.ts';
import { type Draft, isObject, joinPath, own, type Reading, type Reference } from './draft.ts';
import { readValue } from './read-value.ts';

/** Most parts in one array of a body. */
const MAX_PARTS = 1000;

export interface ReadBody {
  readonly draft: Draft;
  readonly references: readonly Reference[];
}

/**
 * Reads the body of a POST. Keys that are unknown or read only are passed over, so that a client may send back what
 * it once read (reference, 5.4).
 * @param id plain UUID that the object gets.
 * @throws Refusal 400 that names every wrong field.
 */
export function readNewObject(
  context: ObjectContext,
  objectType: ObjectType,
  id: string,
  body: unknown,
): ReadBody {
  return readWhole({ context, mode: 'create', fieldErrors: {}, references: [] }, objectType, id, body);
}

/** Reads the body of a PUT: only what it names is changed. @throws Refusal 400 that names every wrong field. */
export function readPatch(
  context: ObjectContext,
  objectType: ObjectType,
  id: string,
  body: unknown,
): ReadBody {
  return readWhole({ context, mode: 'patch', fieldErrors: {}, references: [] }, objectType, id, body);
}

function readWhole(reading: Reading, objectType: ObjectType, id: string, body: unknown): ReadBody {
  if (!isObject(body)) throw invalid({}, ['The request body must be a JSON object.']);
  const draft = readObject(reading, { objectType, id, path: '' }, body);
  assertNone(reading.fieldErrors);
  return { draft, references: reading.references };
}

function assertNone(fieldErrors: FieldErrors): void {
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
}

interface Place {
  readonly objectType: ObjectType;
  readonly id: string;
  readonly path: string;
  /** For a part: the column that holds its parent, which the body may not name. */
  readonly parent?: { readonly column: string; readonly id: string };
}

function readObject(reading: Reading, place: Place, body: Readonly<Record<string, unknown>>): Draft {
  return {
    objectType: place.objectType,
    id: place.id,
    path: place.path,
    values: readColumns(reading, place, body),
    custom: readCustom(reading, place.objectType, place.path, body),
    parts: readAllParts(reading, place, body),
  };
}

function readColumns(
  reading: Reading,
  { objectType, path, parent }: Place,
  body: Readonly<Record<string, unknown>>,
): Record<string, JsonValue> {
  const values: Record<string, JsonValue> = {};
  for (const field of Object.values(objectType.fields)) {
    if (!field.writable || field.source.from !== 'column') continue;
    const { column } = field.source;
    if (column === parent?.column) continue;
    const value = readField(reading, field, joinPath(path, field.name), own(body, field.name));
    if (value !== undefined) values[column] = value;
  }
  return parent ? { ...values, [parent.column]: parent.id } : values;
}

/** @returns undefined when the column is left as it is: not named, or wrong. */
function readField(reading: Reading, field: Field, path: string, given: unknown): JsonValue | undefined {
  const isNew = reading.mode === 'create';
  if (given === undefined || given === null) {
    const isMissing = field.required && (isNew || given === null);
    if (isMissing) reading.fieldErrors[path] = isNew ? 'This field is required.' : 'Must not be null.';
    // For a new object null is the same as nothing: the column has its default.
    return isNew || isMissing ? undefined : given;
  }
  const result = readValue(reading.context.catalog, field, given);
  if (!result.ok) {
    reading.fieldErrors[path] = result.problem;
    return undefined;
  }
  if (result.referencedId !== undefined) {
    reading.references.push({ path, target: field.target ?? field.name, id: result.referencedId });
  }
  return result.value;
}

function readAllParts(
  reading: Reading,
  place: Place,
  body: Readonly<Record<string, unknown>>,
): Record<string, readonly Draft[]> {
  const parts: Record<string, readonly Draft[]> = {};
  for (const embed of place.objectType.embeds) {
    const given = own(body, embed.name);
    if (!embed.writable || given === undefined || given === null) continue;
    const drafts = readParts(reading, place, embed, given);
    if (drafts) parts[embed.name] = drafts;
  }
  return parts;
}

function readParts(
  reading: Reading,
  place: Place,
  embed: Embed,
  given: unknown,
): readonly Draft[] | undefined {
  const at = joinPath(place.path, embed.name);
  const objectType = objectTypeOf(reading.context.catalog, embed.objectType);
  if (reading.mode === 'patch' && hasRoutes(objectType)) {
    reading.fieldErrors[at] = `Change ${objectType.label.many} at ${API_PREFIX}/${objectType.path}/.`;
  } else if (!Array.isArray(given)) {
    reading.fieldErrors[at] = 'Must be a list.';
  } else if (given.length > MAX_PARTS) {
    reading.fieldErrors[at] = `Must be a list of at most ${MAX_PARTS} items.`;
  } else {
    // Parts are always written anew, also by a PUT, so that they are read like those of a new object.
    const asNew: Reading = { ...reading, mode: 'create' };
    return given.flatMap((item: unknown, index) => {
      const path = `${at}[${index}]`;
      if (!isObject(item)) {
        reading.fieldErrors[path] = 'Must be an object.';
        return [];
      }
      const parent = { column: embed.column, id: place.id };
      return [readObject(asNew, { objectType, id: newId(), path, parent }, item)];
    });
  }
  return undefined;
}
