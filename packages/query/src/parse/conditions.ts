import type { Condition, Moment, NumberBounds, Scalar } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { quote } from '../wording.ts';
import { type Family, parseByType } from './choose.ts';
import { parseMoment, readMomentText } from './moments.ts';
import type { Place } from './place.ts';
import { Reader, readText, wrongType } from './reader.ts';
import { readSearchedText } from './searched-text.ts';

/** Where a day's clock begins. */
const MIDNIGHT = '00:00:00';
const LOCAL_TIME = /^((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?$/;

const CONDITIONS: Family<Condition> = {
  noun: 'condition',
  unknown: 'QUERY_UNKNOWN_CONDITION',
  parsers: {
    text: (condition) => ({ type: 'text', ...readSearchedText(condition) }),
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
    moment_range: (condition) => ({ type: 'moment_range', ...readMomentRange(condition) }),
    local_time: (condition) => ({ type: 'local_time', ...readLocalTimes(condition) }),
  },
};

/** JSON -> condition (reference, 2.3). @throws QueryError */
export function parseCondition(json: unknown, place: Place): Condition {
  return parseByType(new Reader(json, place, 'a condition'), CONDITIONS);
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

/** The sides of a moment_range; `gte` and `lt` are another spelling that clients send (reference, 2.3). */
function readMomentRange(condition: Reader): Pick<Condition<'moment_range'>, 'onOrAfter' | 'before'> {
  const onOrAfter = readSide(condition, 'on_or_after', 'gte');
  const before = readSide(condition, 'before', 'lt');
  if (onOrAfter === null && before === null) throw refuseEmptyRange(condition, 'on_or_after, before');
  return { onOrAfter, before };
}

function readSide(condition: Reader, name: string, spelling: string): Moment | null {
  const moment = condition.optional(name);
  const spelled = condition.optional(spelling);
  if (moment !== undefined && spelled !== undefined) {
    const reason = `"${name}" and "${spelling}" are two names of one side. Give one of them.`;
    throw new QueryError('QUERY_UNKNOWN_KEY', condition.at(spelling).path, reason);
  }
  if (moment !== undefined) return parseMoment(moment, condition.at(name));
  if (spelled === undefined) return null;
  return typeof spelled === 'string'
    ? readMomentText(condition.text(spelling), condition.at(spelling))
    : parseMoment(spelled, condition.at(spelling));
}

function readLocalTimes(condition: Reader): Pick<Condition<'local_time'>, 'onOrAfter' | 'before'> {
  const onOrAfter = readLocalTime(condition, 'on_or_after');
  const before = readLocalTime(condition, 'before');
  if (onOrAfter === null && before === null) throw refuseEmptyRange(condition, 'on_or_after, before');
  const from = onOrAfter ?? MIDNIGHT;
  if (from === before) {
    const reason = `Nothing lies on or after ${from} and before ${before}. For any time use {"type": "exists"}.`;
    throw new QueryError('QUERY_EMPTY_RANGE', condition.place.path, reason);
  }
  return { onOrAfter, before };
}

/** `HH:MM` or `HH:MM:SS` -> `HH:MM:SS`. */
function readLocalTime(condition: Reader, key: string): string | null {
  if (!condition.has(key)) return null;
  const text = condition.text(key);
  const [, minutes, seconds = ':00'] = LOCAL_TIME.exec(text) ?? [];
  if (minutes !== undefined) return `${minutes}${seconds}`;
  const reason = `${quote(text)} is no time of day. Write it as "08:00:00".`;
  throw new QueryError('QUERY_MALFORMED_MOMENT', condition.at(key).path, reason);
}

function refuseEmptyRange(condition: Reader, sides: string): QueryError {
  // A misspelt side is the likelier reason, and its own error is the better one.
  condition.finish();
  const reason = `The range has no side, which would mean "any value". Give at least one of ${sides}, or use {"type": "exists"}.`;
  return new QueryError('QUERY_EMPTY_RANGE', condition.place.path, reason);
}
