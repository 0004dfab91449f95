import { Temporal } from 'temporal-polyfill';
import { DAY_ENDS, type Moment, OFFSET_UNITS, type OffsetUnit, PERIODS } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { QUERY_LIMITS } from '../limits.ts';
import { quote } from '../wording.ts';
import { type Family, parseByType } from './choose.ts';
import { descend, type Place } from './place.ts';
import { Reader } from './reader.ts';

/** Date, time and, optionally, an offset. Narrower than Temporal's grammar, which also takes time zone names. */
const DATE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?$/i;
const DATE = /^(?!0000)\d{4}-\d\d-\d\d$/;
const OFFSET = /(Z|[+-]\d\d(:?\d\d)?)$/i;

const MOMENTS: Family<Moment> = {
  noun: 'moment',
  unknown: 'QUERY_UNKNOWN_MOMENT',
  parsers: {
    now: () => ({ type: 'now' }),
    fixed_utc: (moment) => ({
      type: 'fixed_utc',
      value: readInstant(moment.text('value'), moment.at('value')),
    }),
    offset: (moment) => ({
      type: 'offset',
      direction: moment.oneOf('direction', ['past', 'future']),
      moment: parseMoment(moment.required('moment'), moment.at('moment')),
      offset: readOffset(moment.required('offset'), moment.at('offset')),
      whichDayEnd: moment.has('which_day_end') ? moment.oneOf('which_day_end', DAY_ENDS) : null,
    }),
    fixed_local_date: (moment) => ({
      type: 'fixed_local_date',
      value: readDay(moment.text('value'), moment.at('value')),
      which: moment.oneOf('which', DAY_ENDS),
    }),
    start_end_of_predefined_relative_period: (moment) => ({
      type: 'start_end_of_predefined_relative_period',
      range: moment.oneOf('range', PERIODS),
      which: moment.oneOf('which', DAY_ENDS),
    }),
  },
};

/** JSON -> moment (reference, 2.5). @throws QueryError */
export function parseMoment(json: unknown, place: Place): Moment {
  return parseByType(new Reader(json, descend(place), 'a moment'), MOMENTS);
}

/** A moment written as a text alone: a day, meaning its start in local time, or a date with a time. @throws QueryError */
export function readMomentText(text: string, place: Place): Moment {
  return DATE.test(text)
    ? { type: 'fixed_local_date', value: readDay(text, place), which: 'start' }
    : { type: 'fixed_utc', value: readInstant(text, place) };
}

function readDay(text: string, place: Place): string {
  if (DATE.test(text)) {
    try {
      return Temporal.PlainDate.from(text).toString();
    } catch {
      // A day that no calendar has: refused below.
    }
  }
  const reason = `${quote(text)} is no day. Write it as "2024-01-31".`;
  throw new QueryError('QUERY_MALFORMED_MOMENT', place.path, reason);
}

/** ISO 8601 text -> the same instant with `Z`. Without an offset the text is in UTC, as the moment's name says. */
function readInstant(text: string, place: Place): string {
  if (DATE_TIME.test(text)) {
    try {
      return Temporal.Instant.from(
        OFFSET.test(text.slice('2024-01-01'.length)) ? text : `${text}Z`,
      ).toString();
    } catch {
      // A day or an hour that no calendar has: refused below like any other malformed text.
    }
  }
  const reason = `${quote(text)} is no moment. Write a date with a time, e.g. "2024-01-31T09:30:00+00:00".`;
  throw new QueryError('QUERY_MALFORMED_MOMENT', place.path, reason);
}

function readOffset(json: unknown, place: Place): Readonly<Record<OffsetUnit, number>> {
  const reader = new Reader(json, place, 'numbers of years, months, weeks, days, hours, minutes and seconds');
  const units = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };
  for (const unit of OFFSET_UNITS) units[unit] = readUnit(reader, unit);
  reader.finish();
  return units;
}

function readUnit(reader: Reader, unit: OffsetUnit): number {
  const value = reader.optionalNumber(unit) ?? 0;
  if (!Number.isInteger(value) || value < 0 || value > QUERY_LIMITS.offsetUnits) {
    const reason = `Must be a whole number from 0 to ${QUERY_LIMITS.offsetUnits}; got ${value}. "direction" says which way.`;
    throw new QueryError('QUERY_NUMBER_OUT_OF_RANGE', reader.at(unit).path, reason);
  }
  return value;
}
