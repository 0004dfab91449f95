import { type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * A condition as SQL that can stand as an operand of AND and OR. `isTotal`: it is never null.
 *
 * Null rules (reference, 2.6): a condition does not match a missing value, and its negation does. A comparison with
 * null is null in SQL, which a WHERE, an AND and an OR treat like false, so positive conditions stay bare and indexes
 * serve them; only a negation has to say what null means. Wrapping each comparison in `coalesce` instead would say the
 * same and cost the indexes.
 */
export interface Predicate {
  readonly sql: RawBuilder<SqlBool>;
  readonly isTotal: boolean;
}

/** A predicate that may be null. */
export function partial(expression: RawBuilder<SqlBool>): Predicate {
  return { sql: expression, isTotal: false };
}

/** A predicate that is never null. */
export function total(expression: RawBuilder<SqlBool>): Predicate {
  return { sql: expression, isTotal: true };
}

/**
 * True where `predicate` is false or null. `not` is kept for what is never null: Postgres plans `not exists` as an
 * anti-join, and `exists … is not true` as a subquery for every row.
 */
export function negate(predicate: Predicate): Predicate {
  return total(predicate.isTotal ? sql`not (${predicate.sql})` : sql`(${predicate.sql}) is not true`);
}

/** All of them; at least one. */
export function allOf(predicates: readonly Predicate[]): Predicate {
  return join(predicates, sql` and `);
}

/** Any of them; at least one. */
export function anyOf(predicates: readonly Predicate[]): Predicate {
  return join(predicates, sql` or `);
}

function join(predicates: readonly Predicate[], separator: RawBuilder<unknown>): Predicate {
  return {
    sql: sql<SqlBool>`(${sql.join(
      predicates.map((predicate) => predicate.sql),
      separator,
    )})`,
    isTotal: predicates.every(({ isTotal }) => isTotal),
  };
}
