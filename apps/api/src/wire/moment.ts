import { presentMoment } from '@winnow/records';

/** Years that have four digits: what every client can read. */
const DATE = /^(?!0000)\d{4}-(\d{2})-(\d{2})$/;
const MOMENT =
  /^((?!0000)\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** Whether the text is a day that the calendar has: `2026-02-28`, never `2026-02-30`. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}

/**
 * A moment as Close writes it, `2015-03-16T00:19:50.141000+00:00`, out of an ISO 8601 date and time; one without an
 * offset counts as UTC (Close's event stamps have none; reference, 4.5).
 * @returns undefined when the text is not one.
 */
export function readMoment(text: string): string | undefined {
  const [, date, hour, minute, second, fraction, offset] = MOMENT.exec(text) ?? [];
  if (date === undefined || !isDate(date)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
  const moment = new Date(
    `${date}T${hour}:${minute}:${second ?? '00'}${fraction ?? ''}${readOffset(offset ?? 'Z')}`,
  );
  const year = moment.getUTCFullYear();
  return Number.isNaN(moment.getTime()) || year < 1 || year > 9999 ? undefined : presentMoment(moment);
}

function readOffset(offset: string): string {
  return /^z$/i.test(offset) ? 'Z' : offset.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
}
