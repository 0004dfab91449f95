import { type RawBuilder, sql } from 'kysely';
import { isCount } from '../check/number-range.ts';
import type { CheckedCondition, CheckedField } from '../checked.ts';
import type { Level } from './level.ts';
import { negate, type Predicate } from './predicate.ts';
import { matchRange, sideOf } from './ranges.ts';
import { hasOwned } from './values.ts';

const SIDES = [
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
] as const;

/** The field's number lies in the range; for a list, one number of it does. */
export function compileNumberRange(
  range: CheckedCondition<'number_range'>,
  field: CheckedField,
  level: Level,
): Predicate {
  const { source } = field;
  if (source.from === 'aggregate' && isCount(field)) {
    const isSome = asksForSome(range);
    if (isSome !== undefined) return isSome ? hasOwned(source, level) : negate(hasOwned(source, level));
  }
  const sides = SIDES.flatMap(([name, operator]) => {
    const bound = range[name];
    return bound === null ? [] : [sideOf(operator, toNumber(bound))];
  });
  return matchRange(field, level, sides);
}

/** Whole numbers as bigint, which an index on any integer column serves; all others, and huge ones, as numeric. */
function toNumber(bound: number): RawBuilder<unknown> {
  return Number.isSafeInteger(bound) ? sql`${bound}::bigint` : sql`${bound}::numeric`;
}

/** Whether a range over a count asks for one or more (true), for none (false), or for anything else. */
function asksForSome({ gt, gte, lt, lte }: CheckedCondition<'number_range'>): boolean | undefined {
  const hasLow = gt !== null || gte !== null;
  const hasHigh = lt !== null || lte !== null;
  if (!hasHigh && Math.max((gt ?? -1) + 1, gte ?? 0) === 1) return true;
  if (!hasLow && Math.min((lt ?? 2) - 1, lte ?? 1) === 0) return false;
  return undefined;
}
