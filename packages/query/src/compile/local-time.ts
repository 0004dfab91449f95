import { type SqlBool, sql } from 'kysely';
import type { CheckedCondition, CheckedField } from '../checked.ts';
import type { Level } from './level.ts';
import { type Predicate, partial } from './predicate.ts';
import { matchValue } from './values.ts';

/**
 * What clocks show, at the frozen moment, in the time zone that the field names (reference, 2.3). A range whose end
 * is not later than its beginning goes past midnight. The zones are computed once for the whole statement, from the
 * database's own list: converting by each row's text would end the statement at the first that is no zone.
 */
export function compileLocalTime(
  { onOrAfter, before }: CheckedCondition<'local_time'>,
  field: CheckedField,
  level: Level,
): Predicate {
  const time = sql`(${level.context.now.toISOString()}::timestamptz at time zone z.name)::time`;
  const from = onOrAfter === null ? [] : [sql<SqlBool>`${time} >= ${onOrAfter}::time`];
  const until = before === null ? [] : [sql<SqlBool>`${time} < ${before}::time`];
  const isOverMidnight = onOrAfter !== null && before !== null && before < onOrAfter;
  const isWithin = sql.join([...from, ...until], isOverMidnight ? sql` or ` : sql` and `);
  return matchValue(field, level, (value) =>
    partial(sql`${value} in (select z.name from pg_catalog.pg_timezone_names as z where ${isWithin})`),
  );
}
