import { type Catalog, findObjectType, type ObjectType } from '@winnow/catalog';

const SECOND = 1000;
const numbers = new Intl.NumberFormat('en-US');
const moments = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** `2473` -> `2,473`. */
export function sayNumber(value: number): string {
  return numbers.format(value);
}

/** An ISO stamp -> `22 Nov 2026, 14:03 UTC`; anything else -> `''`. */
export function sayMoment(stamp: string): string {
  const moment = new Date(stamp);
  return Number.isNaN(moment.getTime()) ? '' : `${moments.format(moment)} UTC`;
}

/** `1` and `{ one: 'lead', many: 'leads' }` -> `1 lead`. */
export function sayCount(value: number, label: ObjectType['label']): string {
  return `${sayNumber(value)} ${value === 1 ? label.one : label.many}`;
}

/** Milliseconds -> `less than a second`, `12 s`, `3 min 5 s`, `2 h 1 min`. */
export function sayDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / SECOND);
  if (seconds < 1) return 'less than a second';
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = hours > 0 ? [`${hours} h`, `${minutes} min`] : [`${minutes} min`, `${seconds % 60} s`];
  return parts.filter((part) => !part.startsWith('0 ')).join(' ');
}

/** What people call an object type, given its name on the wire (`call`) or in queries (`activity.call`). */
export function labelOf(catalog: Catalog, name: string): ObjectType['label'] {
  const type =
    Object.values(catalog.objectTypes).find(({ bulkName }) => bulkName === name) ??
    findObjectType(catalog, name);
  return type?.label ?? { one: name, many: name };
}
