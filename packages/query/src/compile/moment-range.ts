import { type RawBuilder, sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import type { CheckedCondition, CheckedField } from '../checked.ts';
import { QueryError } from '../errors.ts';
import type { Level } from './level.ts';
import { dayOf, resolveMoment } from './moments.ts';
import type { Predicate } from './predicate.ts';
import { matchRange, sideOf } from './ranges.ts';

/**
 * `on_or_after <= value < before`, for a list: for one of its values. Moments are compared as instants. A date is a
 * calendar day, so it is compared with the day that the moment falls on in the frozen time zone.
 * @throws QueryError QUERY_EMPTY_RANGE when nothing lies between the two: negated, everything would match.
 */
export function compileMomentRange(
  range: CheckedCondition<'moment_range'>,
  field: CheckedField,
  level: Level,
): Predicate {
  const from = range.onOrAfter && resolveMoment(range.onOrAfter, level.context);
  const before = range.before && resolveMoment(range.before, level.context);
  const bounds = field.kind === 'date' ? boundDays(from, before, level) : boundInstants(from, before);
  if (bounds.isEmpty) {
    const note = field.kind === 'date' ? ', as dates are compared by whole days' : '';
    const reason = `Nothing lies on or after ${bounds.from} and before ${bounds.before}${note}.`;
    throw new QueryError('QUERY_EMPTY_RANGE', range.path, reason);
  }
  const toSql = boundTypeOf(field);
  return matchRange(field, level, [
    ...(bounds.from === null ? [] : [sideOf('>=', toSql(bounds.from))]),
    ...(bounds.before === null ? [] : [sideOf('<', toSql(bounds.before))]),
  ]);
}

interface Bounds {
  /** As Postgres reads it. */
  readonly from: string | null;
  readonly before: string | null;
  readonly isEmpty: boolean;
}

function boundInstants(from: Temporal.Instant | null, before: Temporal.Instant | null): Bounds {
  // Postgres keeps microseconds: rounded up, both comparisons mean what they meant.
  const write = (instant: Temporal.Instant | null) =>
    instant?.toString({ smallestUnit: 'microsecond', roundingMode: 'ceil' }) ?? null;
  return {
    from: write(from),
    before: write(before),
    isEmpty: from !== null && before !== null && Temporal.Instant.compare(from, before) >= 0,
  };
}

function boundDays(
  from: Temporal.Instant | null,
  before: Temporal.Instant | null,
  { context }: Level,
): Bounds {
  const first = from && dayOf(from, context);
  const end = before && dayOf(before, context);
  return {
    from: first?.toString() ?? null,
    before: end?.toString() ?? null,
    isEmpty: first !== null && end !== null && Temporal.PlainDate.compare(first, end) >= 0,
  };
}

function boundTypeOf({ kind, source }: CheckedField): (bound: string) => RawBuilder<unknown> {
  if (kind !== 'date') return (bound) => sql`${bound}::timestamptz`;
  // Days of custom fields are text in the JSON (see custom-values.ts).
  return source.from === 'custom' ? (bound) => sql`${bound}::text` : (bound) => sql`${bound}::date`;
}
