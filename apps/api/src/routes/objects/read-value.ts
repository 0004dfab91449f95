import { type Catalog, decodeId, type Field } from '@winnow/catalog';
import type { JsonValue } from '@winnow/db';
import { labelOfTarget, prefixOfTarget } from '@winnow/records';
import { isDate, readMoment } from '../../wire/moment.ts';

/** A value as Postgres takes it, or the sentence that says why it is none. */
export type ValueReading =
  | { readonly ok: true; readonly value: JsonValue; readonly referencedId?: string }
  | { readonly ok: false; readonly problem: string };

type Reader = (value: unknown, field: Pick<Field, 'values' | 'required'>) => ValueReading;

const accept = (value: JsonValue): ValueReading => ({ ok: true, value });
const refuse = (problem: string): ValueReading => ({ ok: false, problem });

export const readText: Reader = (value, { required }) => {
  if (typeof value !== 'string') return refuse('Must be a text.');
  return required && value.trim() === '' ? refuse('Must not be empty.') : accept(value);
};

export const readNumber: Reader = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? accept(value) : refuse('Must be a number.');

const readInteger: Reader = (value) =>
  // Beyond it, neighbours cannot be told apart any more, and another number would be stored.
  Number.isSafeInteger(value) ? accept(Number(value)) : refuse('Must be an integer.');

const readBoolean: Reader = (value) =>
  typeof value === 'boolean' ? accept(value) : refuse('Must be true or false.');

export const readDate: Reader = (value) =>
  typeof value === 'string' && isDate(value) ? accept(value) : refuse('Must be a date: YYYY-MM-DD.');

export const readDateTime: Reader = (value) => {
  const moment = typeof value === 'string' ? readMoment(value) : undefined;
  return moment === undefined
    ? refuse('Must be a date and time of ISO 8601: 2026-01-31T09:30:00+00:00.')
    : accept(moment);
};

export const readChoice: Reader = (value, { values = [] }) =>
  typeof value === 'string' && values.includes(value)
    ? accept(value)
    : refuse(`Must be one of: ${values.slice(0, 50).join(', ')}.`);

const readTextList: Reader = (value) =>
  isTextList(value) ? accept(value) : refuse('Must be a list of texts.');

/** Reads an id of `target`. That such a record exists in the organization is checked later, for all ids at once. */
export function readReference(catalog: Catalog, target: string, value: unknown): ValueReading {
  const id = typeof value === 'string' ? decodeId(prefixOfTarget(catalog, target), value) : undefined;
  return id === undefined
    ? refuse(missingReference(catalog, target))
    : { ok: true, value: id, referencedId: id };
}

/** The same sentence for an id that is malformed, unknown, or another organization's. */
export function missingReference(catalog: Catalog, target: string): string {
  return `There is no ${labelOfTarget(catalog, target)} with this id.`;
}

/** Reads a value that is not null for a field of the catalog. */
export function readValue(catalog: Catalog, field: Field, value: unknown): ValueReading {
  switch (field.kind) {
    case 'text':
    case 'time_zone':
      return readText(value, field);
    case 'integer':
      return readInteger(value, field);
    case 'number':
      return readNumber(value, field);
    case 'boolean':
      return readBoolean(value, field);
    case 'date':
      return readDate(value, field);
    case 'moment':
      return readDateTime(value, field);
    case 'choice':
      return readChoice(value, field);
    case 'text_list':
      return readTextList(value, field);
    case 'reference':
      return readReference(catalog, field.target ?? field.name, value);
    case 'id':
      return refuse('Is given by the server.');
    case 'json':
      // It came out of JSON.parse, so it is JSON.
      return accept(value as JsonValue);
  }
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
