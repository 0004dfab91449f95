/** Arithmetic of instants and days, in nanoseconds and days since 1970, by hand: nothing of it is the product's. */

export const SECOND = 1_000_000_000n;
export const DAY = 86_400n * SECOND;

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d)?)$/i;

/** A calendar day; months count from 1. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Nanoseconds since 1970, or null where the text is no date with a time and an offset. */
export function parseInstant(text: string): bigint | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction = '',
    ,
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match;
  const days = daysSince1970({ year: Number(year), month: Number(month), day: Number(day) });
  const offset = (BigInt(offsetHour) * 60n + BigInt(offsetMinute)) * (sign === '-' ? -1n : 1n);
  const minutes = BigInt(String(hour)) * 60n + BigInt(String(minute)) - offset;
  return BigInt(days) * DAY + (minutes * 60n + BigInt(second)) * SECOND + BigInt(fraction.padEnd(9, '0'));
}

/** Days since 1970. A day that the month does not have runs over into the next. */
export function daysSince1970({ year, month, day }: CalendarDay): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 86_400_000;
}

export function calendarDay(days: number): CalendarDay {
  const date = new Date(days * 86_400_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The same day so many months on; where that month has no such day, its last. */
export function addMonths({ year, month, day }: CalendarDay, months: number): CalendarDay {
  const first = new Date(0);
  first.setUTCFullYear(year, month - 1 + months, 1);
  const last = new Date(0);
  last.setUTCFullYear(first.getUTCFullYear(), first.getUTCMonth() + 1, 0);
  return {
    year: first.getUTCFullYear(),
    month: first.getUTCMonth() + 1,
    day: Math.min(day, last.getUTCDate()),
  };
}

/** `2026-02-18` */
export function writeDay(days: number): string {
  const { year, month, day } = calendarDay(days);
  const pad = (value: number, length: number) => String(value).padStart(length, '0');
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Division that rounds down, as days before 1970 need it. */
export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}
