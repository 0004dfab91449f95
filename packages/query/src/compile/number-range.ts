import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { CheckedCondition, CheckedField } from '../checked.ts';
import type { Level } from './level.ts';
import { negate, type Predicate, partial } from './predicate.ts';
import { hasCounted, matchValue } from './values.ts';

const OPERATORS = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` } as const;
const SIDES = ['gt', 'gte', 'lt', 'lte'] as const;

/** The field's number lies in the range; for a list, one number of it does. */
export function compileNumberRange(
  range: CheckedCondition<'number_range'>,
  field: CheckedField,
  level: Level,
): Predicate {
  const { source } = field;
  if (source.from === 'count') {
    const isSome = asksForSome(range);
    if (isSome !== undefined) return isSome ? hasCounted(source, level) : negate(hasCounted(source, level));
  }
  return matchValue(field, level, (value) => {
    const sides = SIDES.flatMap((side) => {
      const bound = range[side];
      return bound === null ? [] : [sql<SqlBool>`${value} ${OPERATORS[side]} ${toNumber(bound)}`];
    });
    const [first, ...others] = sides;
    return partial(first && others.length === 0 ? first : sql<SqlBool>`(${sql.join(sides, sql` and `)})`);
  });
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
