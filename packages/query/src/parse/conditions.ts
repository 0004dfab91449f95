import { type Condition, type NumberBounds, type Scalar, TEXT_MODES, type TextMode } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { type Family, parseByType } from './choose.ts';
import { parseMoment } from './moments.ts';
import type { Place } from './place.ts';
import { Reader, readText, wrongType } from './reader.ts';

/** As close to Postgres' [:alnum:] as JavaScript comes: what winnow_words makes words of. */
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

const CONDITIONS: Family<Condition> = {
  noun: 'condition',
  unknown: 'QUERY_UNKNOWN_CONDITION',
  notYet: ['local_time'],
  parsers: {
    text: (condition) => {
      const mode = condition.oneOf('mode', TEXT_MODES);
      return { type: 'text', mode, value: readSearchedText(condition, mode) };
    },
    boolean: (condition) => ({ type: 'boolean', value: condition.boolean('value') }),
    exists: () => ({ type: 'exists' }),
    term: (condition) => ({ type: 'term', values: condition.filledList('values', readScalar) }),
    reference: (condition) => ({
      type: 'reference',
      referenceType: condition.text('reference_type'),
      objectIds: condition.filledList('object_ids', readText),
    }),
    current_user: () => ({ type: 'current_user' }),
    number_range: (condition) => ({ type: 'number_range', ...readBounds(condition) }),
    moment_range: (condition) => {
      const onOrAfter = condition.optional('on_or_after');
      const before = condition.optional('before');
      if (onOrAfter === undefined && before === undefined) {
        throw refuseEmptyRange(condition, 'on_or_after, before');
      }
      return {
        type: 'moment_range',
        onOrAfter: onOrAfter === undefined ? null : parseMoment(onOrAfter, condition.at('on_or_after')),
        before: before === undefined ? null : parseMoment(before, condition.at('before')),
      };
    },
  },
};

/** JSON -> condition (reference, 2.3). @throws QueryError */
export function parseCondition(json: unknown, place: Place): Condition {
  return parseByType(new Reader(json, place, 'a condition'), CONDITIONS);
}

/** A text that something can be found by: negated, one without words would match everything. */
function readSearchedText(condition: Reader, mode: TextMode): string {
  const value = condition.text('value');
  const { path } = condition.at('value');
  if (mode === 'exact_value') {
    if (value.trim() !== '') return value;
    const reason =
      'The text is blank. For objects without a value use {"type": "exists"} and "negate": true.';
    throw new QueryError('QUERY_TEXT_WITHOUT_WORDS', path, reason);
  }
  if (LETTER_OR_DIGIT.test(value.normalize('NFKD'))) return value;
  const reason = `The mode "${mode}" compares words, and this text holds no letter and no digit. Use "exact_value".`;
  throw new QueryError('QUERY_TEXT_WITHOUT_WORDS', path, reason);
}

function readScalar(item: unknown, place: Place): Scalar {
  if (typeof item === 'boolean') return item;
  if (typeof item === 'number' && Number.isFinite(item)) return item;
  if (typeof item === 'string') return readText(item, place);
  throw wrongType('a text, a number, true or false', item, place);
}

function readBounds(condition: Reader): NumberBounds {
  const bounds = {
    gt: condition.optionalNumber('gt'),
    gte: condition.optionalNumber('gte'),
    lt: condition.optionalNumber('lt'),
    lte: condition.optionalNumber('lte'),
  };
  if (Object.values(bounds).every((bound) => bound === null))
    throw refuseEmptyRange(condition, 'gt, gte, lt, lte');
  return bounds;
}

function refuseEmptyRange(condition: Reader, sides: string): QueryError {
  // A misspelt side is the likelier reason, and its own error is the better one.
  condition.finish();
  const reason = `The range has no side, which would mean "any value". Give at least one of ${sides}, or use {"type": "exists"}.`;
  return new QueryError('QUERY_EMPTY_RANGE', condition.place.path, reason);
}
