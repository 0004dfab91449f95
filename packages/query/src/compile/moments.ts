import { Temporal } from 'temporal-polyfill';
import { type Moment, type MomentType, OFFSET_UNITS } from '../ast.ts';
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
};

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
function inFrozenZone(instant: Temporal.Instant, { tzOffsetMinutes }: Frozen): Temporal.ZonedDateTime {
  const minutes = Math.abs(tzOffsetMinutes);
  const sign = tzOffsetMinutes < 0 ? '-' : '+';
  const zone = `${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  return instant.toZonedDateTimeISO(zone);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
