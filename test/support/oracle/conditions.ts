import { decodeId } from '@winnow/catalog';
import type { Condition, ConditionType, NumberBounds, Scalar } from '@winnow/query';
import { parseInstant, writeDay } from './calendar.ts';
import type { ReadableField } from './fields.ts';
import { isWithin, localClock } from './local-clock.ts';
import { instantOf, localDayOf } from './moments.ts';
import { matchesText } from './words.ts';
import type { Frozen, OracleRow } from './world.ts';

/** Whether the field's value, or any of its values, meets the condition. A missing value meets none. */
export function meets<T extends ConditionType>(
  condition: Condition<T>,
  field: ReadableField,
  row: OracleRow,
  frozen: Frozen,
): boolean {
  const stored = field.read(row);
  if (condition.type === 'exists') return isPresent(stored);
  const values = Array.isArray(stored) ? stored : [stored];
  const test = TESTS[condition.type](condition, field, frozen);
  return values.some((value: unknown) => value !== null && value !== undefined && test(value));
}

type Test = (value: unknown) => boolean;

/** What each condition asks of a value that is there. */
const TESTS: {
  readonly [T in ConditionType]: (condition: Condition<T>, field: ReadableField, frozen: Frozen) => Test;
} = {
  text:
    ({ mode, value: text }) =>
    (value) =>
      typeof value === 'string' && matchesText(mode, value, text),
  boolean: ({ value: sought }) => isOneOf([sought]),
  exists: () => isPresent,
  term: ({ values }, field) =>
    isOneOf(
      values.map((value) =>
        holdsIds(field) ? decodeId(field.idPrefix, String(value)) : plain(value, field),
      ),
    ),
  reference: ({ objectIds }, field) => isOneOf(objectIds.flatMap((id) => decodeId(field.idPrefix, id) ?? [])),
  current_user: (_, __, { userId }) => isOneOf([userId]),
  number_range: (bounds) => (value) => typeof value === 'number' && isInside(value, bounds),
  moment_range: ({ onOrAfter, before }, { kind }, frozen) => {
    const from = onOrAfter && instantOf(onOrAfter, frozen);
    const to = before && instantOf(before, frozen);
    if (kind === 'date') {
      const first = from === null ? null : writeDay(localDayOf(from, frozen));
      const end = to === null ? null : writeDay(localDayOf(to, frozen));
      return (value) =>
        typeof value === 'string' && (first === null || value >= first) && (end === null || value < end);
    }
    return (value) => {
      const instant = typeof value === 'string' ? parseInstant(value) : null;
      return instant !== null && (from === null || instant >= from) && (to === null || instant < to);
    };
  },
  local_time:
    ({ onOrAfter, before }, _, { now }) =>
    (value) => {
      const clock = typeof value === 'string' ? localClock(value, now) : null;
      return clock !== null && isWithin(clock, onOrAfter, before);
    },
};

const holdsIds = ({ kind }: ReadableField): boolean => kind === 'id' || kind === 'reference';

function plain(value: Scalar, { valueAliases }: ReadableField): Scalar {
  return typeof value === 'string' && Object.hasOwn(valueAliases, value)
    ? (valueAliases[value] ?? value)
    : value;
}

function isOneOf(values: readonly unknown[]): Test {
  return (value) => values.includes(value);
}

function isInside(value: number, { gt, gte, lt, lte }: NumberBounds): boolean {
  return (
    (gt === null || value > gt) &&
    (gte === null || value >= gte) &&
    (lt === null || value < lt) &&
    (lte === null || value <= lte)
  );
}

/** An empty text and an empty list are no values. */
function isPresent(stored: unknown): boolean {
  if (stored === null || stored === undefined || stored === '') return false;
  return !Array.isArray(stored) || stored.length > 0;
}
