import type { CustomField, CustomFieldType, Field, FieldKind } from '@winnow/catalog';
import { dateReader, momentReader } from './read-moment.ts';
import { accept, type ReadCell, type Reading, refuse } from './reading.ts';

export interface ReadOptions {
  /** For dates and moments. */
  readonly dateFormat?: string | undefined;
  /** For numbers: what the text is multiplied by. */
  readonly factor?: number | undefined;
}

/** What separates several values of one cell. */
const LIST_SEPARATOR = ';';
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const TRUE: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', '0']);

/** How a cell becomes a value of this field. References are no texts to read: they are looked up. */
export function fieldReader(field: Pick<Field, 'kind' | 'values'>, options: ReadOptions): ReadCell {
  return kindReader(field.kind, field.values ?? [], options);
}

/** How a cell becomes a value of this custom field; a field that takes several splits it at `;`. */
export function customFieldReader(field: CustomField, options: ReadOptions): ReadCell {
  const read = kindReader(KINDS[field.type], field.choices, options);
  if (!field.acceptsMultipleValues) return read;
  return (text) => {
    const readings = splitList(text).map(read);
    const bad = readings.find((reading) => !reading.ok);
    return bad ?? accept(readings.flatMap((reading) => (reading.ok ? [reading.value] : [])));
  };
}

const KINDS: Readonly<Record<CustomFieldType, FieldKind>> = {
  text: 'text',
  textarea: 'text',
  hidden: 'text',
  number: 'number',
  date: 'date',
  datetime: 'moment',
  choices: 'choice',
  user: 'reference',
  contact: 'reference',
  custom_object: 'reference',
};

function kindReader(kind: FieldKind, values: readonly string[], options: ReadOptions): ReadCell {
  switch (kind) {
    case 'text':
    case 'time_zone':
      return readText;
    case 'integer':
      return (text) => readNumber(text, options.factor ?? 1, true);
    case 'number':
      return (text) => readNumber(text, options.factor ?? 1, false);
    case 'boolean':
      return readBoolean;
    case 'date':
      return dateReader(options.dateFormat);
    case 'moment':
      return momentReader(options.dateFormat);
    case 'choice':
      return (text) => readChoice(text, values);
    case 'text_list':
      return (text) => accept(splitList(text));
    case 'json':
      return readJson;
    case 'id':
    case 'reference':
      throw new TypeError(`a ${kind} is looked up, not read`);
  }
}

function readText(text: string): Reading {
  // Postgres has no character for it; the server would refuse the whole batch.
  return text.includes('\0') ? refuse(text, 'holds a zero byte') : accept(text);
}

function readNumber(text: string, factor: number, wantsInteger: boolean): Reading {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed))
    return refuse(text, 'is not a number (digits with a point, without thousands separators or currency)');
  const value = multiply(Number(trimmed), factor);
  if (!Number.isFinite(value)) return refuse(text, 'is too large a number');
  if (!wantsInteger) return accept(value);
  // Beyond it neighbours cannot be told apart, and another number would be stored.
  if (Number.isSafeInteger(value)) return accept(value);
  return refuse(text, factor === 1 ? 'is not a whole number' : `times ${factor} is not a whole number`);
}

/** 19.99 * 100 is 1998.9999999999998 in floating point: fifteen digits are what a double keeps of a decimal. */
function multiply(value: number, factor: number): number {
  return factor === 1 ? value : Number((value * factor).toPrecision(15));
}

function readBoolean(text: string): Reading {
  const word = text.trim().toLowerCase();
  if (TRUE.has(word)) return accept(true);
  return FALSE.has(word) ? accept(false) : refuse(text, 'is neither true nor false');
}

function readChoice(text: string, values: readonly string[]): Reading {
  const word = text.trim();
  const choice = values.find((value) => value === word) ?? findIgnoringCase(values, word);
  return choice === undefined
    ? refuse(text, `is not one of ${values.slice(0, 20).join(', ')}`)
    : accept(choice);
}

function findIgnoringCase(values: readonly string[], word: string): string | undefined {
  return values.find((value) => value.toLowerCase() === word.toLowerCase());
}

function readJson(text: string): Reading {
  try {
    return accept(JSON.parse(text));
  } catch {
    return refuse(text, 'is not JSON');
  }
}

function splitList(text: string): readonly string[] {
  return text
    .split(LIST_SEPARATOR)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
