import { Temporal } from 'temporal-polyfill';
import { type Moment, type MomentType, OFFSET_UNITS, type Period } from '../ast.ts';
import type { CompileContext } from './level.ts';

/** What a relative moment is relative to. */
type Frozen = Pick<CompileContext, 'now' | 'tzOffsetMinutes'>;

/** Years of four digits in every time zone, as Postgres and ISO 8601 write them. No record is older or newer. */
const EARLIEST = Temporal.Instant.from('0001-01-02T00:00:00Z');
const LATEST = Temporal.Instant.from('9999-12-30T00:00:00Z');

/** One function a type of moment (reference, 2.5). */
const MOMENTS: {
  readonly [T in MomentType]: (moment: Moment<T>, frozen: Frozen) => Temporal.Instant;
} = {
  now: (_, { now }) => Temporal.Instant.fromEpochMilliseconds(now.getTime()),
  fixed_utc: ({ value }) => Temporal.Instant.from(value),
  offset: resolveOffset,
  fixed_local_date: ({ value, which }, frozen) =>
    startOf(Temporal.PlainDate.from(value).add({ days: which === 'start' ? 0 : 1 }), frozen),
  start_end_of_predefined_relative_period: ({ range, which }, frozen) => {
    const { unit, shift } = PERIODS[range];
    const today = dayOf(MOMENTS.now({ type: 'now' }, frozen), frozen);
    const steps = shift + (which === 'start' ? 0 : 1);
    return startOf(firstDayOf(unit, today).add(UNITS[unit](steps)), frozen);
  },
};

type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** How many units a period lies from the one that now is in. */
const PERIODS: { readonly [P in Period]: { readonly unit: Unit; readonly shift: number } } = {
  today: { unit: 'day', shift: 0 },
  yesterday: { unit: 'day', shift: -1 },
  tomorrow: { unit: 'day', shift: 1 },
  'this-week': { unit: 'week', shift: 0 },
  'last-week': { unit: 'week', shift: -1 },
  'next-week': { unit: 'week', shift: 1 },
  'this-month': { unit: 'month', shift: 0 },
  'last-month': { unit: 'month', shift: -1 },
  'next-month': { unit: 'month', shift: 1 },
  'this-quarter': { unit: 'quarter', shift: 0 },
  'last-quarter': { unit: 'quarter', shift: -1 },
  'next-quarter': { unit: 'quarter', shift: 1 },
  'this-year': { unit: 'year', shift: 0 },
  'last-year': { unit: 'year', shift: -1 },
  'next-year': { unit: 'year', shift: 1 },
};

const UNITS: { readonly [U in Unit]: (count: number) => Temporal.DurationLike } = {
  day: (days) => ({ days }),
  week: (weeks) => ({ weeks }),
  month: (months) => ({ months }),
  quarter: (quarters) => ({ months: 3 * quarters }),
  year: (years) => ({ years }),
};

/** The first day of the unit that a day lies in. Weeks begin on Monday (ISO 8601). */
function firstDayOf(unit: Unit, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (unit) {
    case 'day':
      return day;
    case 'week':
      return day.subtract({ days: day.dayOfWeek - 1 });
    case 'month':
      return day.with({ day: 1 });
    case 'quarter':
      return day.with({ day: 1, month: day.month - ((day.month - 1) % 3) });
    case 'year':
      return day.with({ day: 1, month: 1 });
  }
}

/** Midnight at the beginning of a local day. */
function startOf(day: Temporal.PlainDate, frozen: Frozen): Temporal.Instant {
  return day.toZonedDateTime(zoneOf(frozen)).toInstant();
}

/** The instant that a moment is; moments beyond the years 1 to 9999 become the nearest within. */
export function resolveMoment<T extends MomentType>(moment: Moment<T>, frozen: Frozen): Temporal.Instant {
  const instant = MOMENTS[moment.type](moment, frozen);
  if (Temporal.Instant.compare(instant, EARLIEST) < 0) return EARLIEST;
  return Temporal.Instant.compare(instant, LATEST) > 0 ? LATEST : instant;
}

/** The calendar day that an instant falls on, in the frozen time zone. */
export function dayOf(instant: Temporal.Instant, frozen: Frozen): Temporal.PlainDate {
  return inFrozenZone(instant, frozen).toPlainDate();
}

/**
 * Years and months first, a day that the month does not have becoming its last, then weeks and days, then the clock:
 * the order of SQL intervals. `which_day_end` takes the start of the local day reached, or of the day after it; it
 * counts unless hours, minutes or seconds are given, which ask for a time of day (reference, 2.5).
 */
function resolveOffset(
  { direction, moment, offset, whichDayEnd }: Moment<'offset'>,
  frozen: Frozen,
): Temporal.Instant {
  const base = inFrozenZone(resolveMoment(moment, frozen), frozen);
  const sign = direction === 'past' ? -1 : 1;
  // Zero is left out: it would become -0, which some durations refuse.
  const units = OFFSET_UNITS.flatMap((unit) => (offset[unit] === 0 ? [] : [[unit, sign * offset[unit]]]));
  let reached: Temporal.ZonedDateTime;
  try {
    reached = units.length === 0 ? base : base.add(Object.fromEntries(units));
  } catch (error) {
    if (error instanceof RangeError) return direction === 'past' ? EARLIEST : LATEST;
    throw error;
  }
  const asksForTimeOfDay = offset.hours + offset.minutes + offset.seconds > 0;
  if (whichDayEnd === null || asksForTimeOfDay) return reached.toInstant();
  const start = reached.startOfDay();
  return (whichDayEnd === 'start' ? start : start.add({ days: 1 })).toInstant();
}

/** A fixed offset, so that days are always 24 hours: Close sends the caller's offset, not a zone's name. */
function zoneOf({ tzOffsetMinutes }: Frozen): string {
  const minutes = Math.abs(tzOffsetMinutes);
  const sign = tzOffsetMinutes < 0 ? '-' : '+';
  return `${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

function inFrozenZone(instant: Temporal.Instant, frozen: Frozen): Temporal.ZonedDateTime {
  return instant.toZonedDateTimeISO(zoneOf(frozen));
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
