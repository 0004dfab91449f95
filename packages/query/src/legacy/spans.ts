import { Temporal } from 'temporal-polyfill';
import { type Moment, OFFSET_UNITS, type OffsetUnit, PERIODS, type PeriodEnd } from '../ast.ts';
import { QUERY_LIMITS } from '../limits.ts';
import { parseMoment } from '../parse/moments.ts';
import { startAt } from '../parse/place.ts';

/** A time as people write one: from `start` until just before `end`. */
export interface Span {
  readonly start: Moment;
  readonly end: Moment;
  /** An instant that moves with now, of which no length is known: both sides are the same. */
  readonly isPoint: boolean;
}

type ReadSpan = (text: string, path: string) => Span | undefined;

const DAY = /^\d{4}-\d\d-\d\d$/;
const MONTH = /^(\d{4}-(?:0[1-9]|1[0-2]))$/;
const YEAR = /^\d{4}$/;
const DATE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/i;
const WITH_OFFSET = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i;
/** `2 weeks ago`, `an hour ago`, `in 3 days`, `3 days from now`. */
const RELATIVE = /^(in )?(\d{1,12}|an?) (second|minute|hour|day|week|month|year)s?( ago| from now)?$/;
/** Units that are parts of a day; the others lead to a day. */
const CLOCK_UNITS: ReadonlySet<OffsetUnit> = new Set(['hours', 'minutes', 'seconds']);

const NOW: Moment = { type: 'now' };
const point = (moment: Moment): Span => ({ start: moment, end: moment, isPoint: true });

/** In the order in which they are tried; all of what follows the first uses words without `-` and `_`. */
const FORMS: readonly ReadSpan[] = [readDay, readMonthOrYear, readInstant, readPeriod, readRelative];

/**
 * Text -> the time it means; undefined when it means none.
 * @throws QueryError QUERY_MALFORMED_MOMENT for a day that no calendar has
 */
export function readSpan(text: string, path: string): Span | undefined {
  for (const read of FORMS) {
    const span = read(text.trim(), path);
    if (span) return span;
  }
  return undefined;
}

/** Whether a date with a time leaves open where it is meant. */
export function lacksOffset(text: string): boolean {
  return DATE_TIME.test(text.trim()) && !WITH_OFFSET.test(text.trim().slice('2024-01-01'.length));
}

/** The local days that a span touches, for fields that hold days. */
export function wholeDays({ start, end, isPoint }: Span): Span {
  const isInstant = isPoint || start.type === 'fixed_utc';
  return isInstant
    ? { start: dayEnd(start, 'start'), end: dayEnd(start, 'end'), isPoint: false }
    : { start, end, isPoint };
}

const dayEnd = (moment: Moment, whichDayEnd: PeriodEnd): Moment => ({
  type: 'offset',
  direction: 'past',
  moment,
  offset: units({}),
  whichDayEnd,
});

function readDay(text: string, path: string): Span | undefined {
  return DAY.test(text) ? daysBetween(text, text, path) : undefined;
}

function readMonthOrYear(text: string, path: string): Span | undefined {
  if (YEAR.test(text)) return daysBetween(`${text}-01-01`, `${text}-12-31`, path);
  if (!MONTH.test(text)) return undefined;
  return daysBetween(`${text}-01`, `${text}-${Temporal.PlainYearMonth.from(text).daysInMonth}`, path);
}

/** From the start of one local day to the end of another. */
function daysBetween(first: string, last: string, path: string): Span {
  const day = (value: string, which: PeriodEnd) =>
    parseMoment({ type: 'fixed_local_date', value, which }, startAt(path));
  return { start: day(first, 'start'), end: day(last, 'end'), isPoint: false };
}

/** Its length is the shortest that there is, so that "equal" and "after" mean just that. */
function readInstant(text: string, path: string): Span | undefined {
  if (!DATE_TIME.test(text)) return undefined;
  const start = parseMoment({ type: 'fixed_utc', value: text }, startAt(path));
  if (start.type !== 'fixed_utc') return undefined;
  const next = Temporal.Instant.from(start.value).add({ nanoseconds: 1 }).toString();
  const end = parseMoment({ type: 'fixed_utc', value: next }, startAt(path));
  return { start, end, isPoint: false };
}

function readPeriod(text: string): Span | undefined {
  const name = spaced(text).replaceAll(' ', '-');
  const range = PERIODS.find((period) => period === name);
  if (range === undefined) return undefined;
  const at = (which: PeriodEnd): Moment => ({
    type: 'start_end_of_predefined_relative_period',
    range,
    which,
  });
  return { start: at('start'), end: at('end'), isPoint: false };
}

function readRelative(text: string): Span | undefined {
  const words = spaced(text);
  if (words === 'now') return point(NOW);
  const [, before, number, unitName, after] = RELATIVE.exec(words) ?? [];
  const unit = OFFSET_UNITS.find((candidate) => candidate === `${unitName}s`);
  if (unit === undefined || (before === undefined) === (after === undefined)) return undefined;
  const count = number?.startsWith('a') ? 1 : Number(number);
  if (count > QUERY_LIMITS.offsetUnits) return undefined;
  const moved = (whichDayEnd: PeriodEnd | null): Moment => ({
    type: 'offset',
    direction: after === ' ago' ? 'past' : 'future',
    moment: NOW,
    offset: units({ [unit]: count }),
    whichDayEnd,
  });
  return CLOCK_UNITS.has(unit)
    ? point(moved(null))
    : { start: moved('start'), end: moved('end'), isPoint: false };
}

function units(some: Partial<Record<OffsetUnit, number>>): Readonly<Record<OffsetUnit, number>> {
  return { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0, ...some };
}

function spaced(text: string): string {
  return text.toLowerCase().replace(/[\s_-]+/g, ' ');
}
