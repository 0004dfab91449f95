import type { Moment, MomentType, Period, PeriodEnd } from '@winnow/query';
import { addMonths, calendarDay, DAY, daysSince1970, floorDivide, parseInstant, SECOND } from './calendar.ts';
import type { Frozen } from './world.ts';

/** Moments before the year 1 or after 9999 become the nearest within; a day's room, for all time zones. */
const EARLIEST = BigInt(daysSince1970({ year: 1, month: 1, day: 2 })) * DAY;
const LATEST = BigInt(daysSince1970({ year: 9999, month: 12, day: 30 })) * DAY;
/** Beyond it calendars of computers end; nothing that far is within the years 1 to 9999 again. */
const FAR_YEARS = 20_000;
const FAR_DAYS = 10_000_000;

/** Nanoseconds since 1970 of the instant that a moment is. */
export function instantOf<T extends MomentType>(moment: Moment<T>, frozen: Frozen): bigint {
  const instant = MOMENTS[moment.type](moment, frozen);
  if (instant < EARLIEST) return EARLIEST;
  return instant > LATEST ? LATEST : instant;
}

/** The local day, counted from 1970, on which an instant falls. */
export function localDayOf(instant: bigint, frozen: Frozen): number {
  return Number(floorDivide(instant + offsetOf(frozen), DAY));
}

const MOMENTS: { readonly [T in MomentType]: (moment: Moment<T>, frozen: Frozen) => bigint } = {
  now: (_, { now }) => BigInt(now.getTime()) * 1_000_000n,
  fixed_utc: ({ value }) => {
    const instant = parseInstant(value);
    if (instant === null) throw new Error(`${value} is no instant`);
    return instant;
  },
  fixed_local_date: ({ value, which }, frozen) => {
    const [year = 0, month = 0, day = 0] = value.split('-').map(Number);
    return edgeOf(
      [
        { year, month, day },
        { year, month, day: day + 1 },
      ],
      which,
      frozen,
    );
  },
  start_end_of_predefined_relative_period: ({ range, which }, frozen) => {
    const today = localDayOf(MOMENTS.now({ type: 'now' }, frozen), frozen);
    return edgeOf(periodOf(range, today), which, frozen);
  },
  offset: resolveOffset,
};

function resolveOffset({ direction, moment, offset, whichDayEnd }: Moment<'offset'>, frozen: Frozen): bigint {
  const sign = direction === 'past' ? -1 : 1;
  const beyond = direction === 'past' ? EARLIEST : LATEST;
  if (offset.years + offset.months / 12 > FAR_YEARS || offset.weeks * 7 + offset.days > FAR_DAYS)
    return beyond;
  const base = instantOf(moment, frozen) + offsetOf(frozen);
  const baseDay = Number(floorDivide(base, DAY));
  const month = addMonths(calendarDay(baseDay), sign * (offset.years * 12 + offset.months));
  const day = daysSince1970(month) + sign * (offset.weeks * 7 + offset.days);
  const clock = BigInt(offset.hours) * 3_600n + BigInt(offset.minutes) * 60n + BigInt(offset.seconds);
  const local = BigInt(day) * DAY + (base - BigInt(baseDay) * DAY) + BigInt(sign) * clock * SECOND;
  if (whichDayEnd === null || clock > 0n) return local - offsetOf(frozen);
  return (BigInt(day) + (whichDayEnd === 'end' ? 1n : 0n)) * DAY - offsetOf(frozen);
}

type Edge = { readonly year: number; readonly month: number; readonly day: number };

/** A period as its first day and the first day after it. */
function periodOf(range: Period, today: number): readonly [Edge, Edge] {
  const { year, month, day } = calendarDay(today);
  const steps = { last: -1, yesterday: -1, this: 0, today: 0, next: 1, tomorrow: 1 };
  const [which = '', unit = 'day'] = range.split('-');
  const step = Object.entries(steps).find(([name]) => name === which)?.[1];
  if (step === undefined) throw new Error(`${range} is no period`);
  // 1970-01-01 was a Thursday; weeks begin on Monday.
  const monday = day - ((today + 3) % 7);
  const quarter = month - ((month - 1) % 3);
  switch (unit) {
    case 'day':
      return [
        { year, month, day: day + step },
        { year, month, day: day + step + 1 },
      ];
    case 'week':
      return [
        { year, month, day: monday + 7 * step },
        { year, month, day: monday + 7 * (step + 1) },
      ];
    case 'month':
      return [
        { year, month: month + step, day: 1 },
        { year, month: month + step + 1, day: 1 },
      ];
    case 'quarter':
      return [
        { year, month: quarter + 3 * step, day: 1 },
        { year, month: quarter + 3 * (step + 1), day: 1 },
      ];
    case 'year':
      return [
        { year: year + step, month: 1, day: 1 },
        { year: year + step + 1, month: 1, day: 1 },
      ];
    default:
      throw new Error(`${range} is no period`);
  }
}

/** Local midnight of the one day or the other. */
function edgeOf([start, end]: readonly [Edge, Edge], which: PeriodEnd, frozen: Frozen): bigint {
  return BigInt(daysSince1970(which === 'start' ? start : end)) * DAY - offsetOf(frozen);
}

function offsetOf({ tzOffsetMinutes }: Frozen): bigint {
  return BigInt(tzOffsetMinutes) * 60n * SECOND;
}
