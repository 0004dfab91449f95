import type { FieldKind } from '@winnow/catalog';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Scalar } from '../ast.ts';
import type { CheckedCondition, CheckedConditionType, CheckedField } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { containsAny } from './custom-values.ts';
import { column, type Level } from './level.ts';
import { compileLocalTime } from './local-time.ts';
import { compileMomentRange } from './moment-range.ts';
import { compileNumberRange } from './number-range.ts';
import { type Predicate, partial } from './predicate.ts';
import { guardWords, matchText, narrowByCustomWords } from './text.ts';
import { hasValue, matchValue } from './values.ts';

/** One function a condition. */
const CONDITIONS: {
  readonly [T in CheckedConditionType]: (
    condition: CheckedCondition<T>,
    field: CheckedField,
    level: Level,
  ) => Predicate;
} = {
  text: ({ mode, value: text }, field, level) => {
    guardWords(mode, text, level);
    const matches = matchValue(field, level, (value) =>
      // A choice may be stored as an enum, which is no text to Postgres.
      partial(matchText(mode, field.kind === 'choice' ? sql`${value}::text` : value, text)),
    );
    if (field.source.from !== 'custom') return matches;
    return partial(narrowByCustomWords(mode, text, column(level, field.source.column), matches.sql));
  },
  any_of: ({ values }, field, level) => matchAny(values, field, level),
  current_user: ({ path }, field, level) => {
    const { userId } = level.context;
    if (userId !== null) return matchAny([userId], field, level);
    const reason =
      'Nobody is logged in here, so that "current_user" is no one. Name the user by a reference.';
    throw new QueryError('QUERY_NO_CURRENT_USER', path, reason);
  },
  exists: (_, field, level) => hasValue(field, level),
  number_range: compileNumberRange,
  moment_range: compileMomentRange,
  local_time: compileLocalTime,
};

/** The SQL of a condition on a field. @throws QueryError where the frozen moment or user makes it impossible. */
export function compileCondition<T extends CheckedConditionType>(
  condition: CheckedCondition<T>,
  field: CheckedField,
  level: Level,
): Predicate {
  return CONDITIONS[condition.type](condition, field, level);
}

function matchAny(values: readonly Scalar[], field: CheckedField, level: Level): Predicate {
  if (field.source.from === 'custom') {
    return partial(containsAny(field.source, values, field.isList, level));
  }
  return matchValue(field, level, (value) => partial(isOneOf(value, values, SQL_TYPES[field.kind])));
}

/**
 * Types that values are sent as, where Postgres would otherwise take the column's, which may be too narrow for the
 * value. Texts go without one, and so compare with enums and other text-like columns too.
 */
const SQL_TYPES: { readonly [K in FieldKind]?: string } = {
  id: 'uuid',
  reference: 'uuid',
  boolean: 'boolean',
  integer: 'bigint',
  number: 'numeric',
};

function isOneOf(value: RawBuilder<unknown>, values: readonly Scalar[], type?: string): RawBuilder<SqlBool> {
  const [first, ...others] = values;
  const cast = type === undefined ? sql`` : sql.raw(others.length === 0 ? `::${type}` : `::${type}[]`);
  return others.length === 0 ? sql`${value} = ${first}${cast}` : sql`${value} = any(${values}${cast})`;
}
