import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { CheckedField } from '../checked.ts';
import type { Level } from './level.ts';
import { allOf, negate, type Predicate, partial } from './predicate.ts';
import { hasOwned, matchValue } from './values.ts';

type Sql = RawBuilder<unknown>;

/** One side of a range: the comparison that a value inside passes, and its opposite. */
export interface RangeSide {
  readonly end: 'lower' | 'upper';
  readonly inside: (value: Sql) => RawBuilder<SqlBool>;
  readonly outside: (value: Sql) => RawBuilder<SqlBool>;
}

/** A comparison with a bound, as a side of a range. */
export function sideOf(operator: '>' | '>=' | '<' | '<=', bound: Sql): RangeSide {
  const compare = (sign: string) => (value: Sql) => sql<SqlBool>`${value} ${sql.raw(sign)} ${bound}`;
  return {
    end: operator.startsWith('>') ? 'lower' : 'upper',
    inside: compare(operator),
    outside: compare(OPPOSITES[operator]),
  };
}

const OPPOSITES = { '>': '<=', '>=': '<', '<': '>=', '<=': '>' } as const;

/**
 * The field's value, or one of its values, lies within all sides; at least one. The largest of many rows does when
 * some row does and none lies above, and the smallest likewise: two lookups in an index that stop at the first row,
 * in place of an aggregate over all rows of each object.
 */
export function matchRange(field: CheckedField, level: Level, sides: readonly RangeSide[]): Predicate {
  const { source } = field;
  if (source.from === 'aggregate' && (source.function === 'max' || source.function === 'min')) {
    const beyond = sides.filter(({ end }) => end === (source.function === 'max' ? 'upper' : 'lower'));
    return allOf([
      hasOwned(source, level, (value) => within(value, sides)),
      ...beyond.map(({ outside }) => negate(hasOwned(source, level, outside))),
    ]);
  }
  return matchValue(field, level, (value) => partial(within(value, sides)));
}

function within(value: Sql, sides: readonly RangeSide[]): RawBuilder<SqlBool> {
  const tests = sides.map(({ inside }) => inside(value));
  const [first, ...others] = tests;
  return first && others.length === 0 ? first : sql<SqlBool>`(${sql.join(tests, sql` and `)})`;
}
