import type { AggregateSource } from '@winnow/catalog';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { CheckedField } from '../checked.ts';
import { customElements, customValue, jsonOf } from './custom-values.ts';
import { column, type Level, rowOf } from './level.ts';
import { type Predicate, partial, total } from './predicate.ts';
import { fieldValue, lookedUpColumn, lookedUpRow, ownedRows, ownedValue } from './source.ts';

type Sql = RawBuilder<unknown>;

/** An element of a list. */
const ELEMENT = sql.id('e', 'value');

/**
 * A field's value as one scalar expression, null where there is none.
 * @throws Error for a list, which has no single value: the check never lets one come here.
 */
export function scalarOf(field: CheckedField, level: Level): Sql {
  if (field.isList) throw new Error(`field ${field.name} holds a list`);
  const { source } = field;
  return source.from === 'custom' ? customValue(source, field.kind, level) : fieldValue(source, rowOf(level));
}

/**
 * True where `test` holds for the field's value, or for any of its values. A looked-up value is tested inside an
 * `exists`, which Postgres can turn into a join; as a scalar subquery it would be computed for every row.
 */
export function matchValue(field: CheckedField, level: Level, test: (value: Sql) => Predicate): Predicate {
  const { source } = field;
  if (source.from === 'lookup') {
    return exists(sql`${lookedUpRow(source, rowOf(level))} and ${test(lookedUpColumn(source)).sql}`);
  }
  if (!field.isList) return test(scalarOf(field, level));
  if (source.from === 'custom') return exists(customElements(source, field.kind, level, test));
  return exists(sql`unnest(${listColumn(field, level)}) as e (value) where ${test(ELEMENT).sql}`);
}

/** True where the field has a value. An empty text and an empty list count as none: forms leave them behind. */
export function hasValue(field: CheckedField, level: Level): Predicate {
  if (field.source.from === 'custom') {
    const json = jsonOf(field.source, level);
    // Most rows have no custom values at all, which is cheaper to see than that they lack this one.
    const custom = column(level, field.source.column);
    return partial(sql`(${custom} <> '{}' and ${json} not in ('null'::jsonb, '""'::jsonb, '[]'::jsonb))`);
  }
  if (field.isList) return partial(sql`cardinality(${listColumn(field, level)}) > 0`);
  const { source } = field;
  if (source.from === 'aggregate' && source.value !== undefined) {
    return hasOwned(source, level, (value) => sql`${value} is not null`);
  }
  return matchValue(field, level, (value) =>
    isText(field) ? partial(sql`${value} <> ''`) : total(sql`${value} is not null`),
  );
}

/**
 * True where the object has a row that an aggregate is over and whose value passes `test`. Without computing the
 * aggregate: a semi-join.
 */
export function hasOwned(
  source: AggregateSource,
  level: Level,
  test?: (value: Sql) => RawBuilder<SqlBool>,
): Predicate {
  const rows = ownedRows(source, rowOf(level));
  return exists(test === undefined ? rows : sql`${rows} and ${test(ownedValue(source.value ?? ''))}`);
}

function isText({ kind }: CheckedField): boolean {
  return kind === 'text' || kind === 'time_zone';
}

function exists(fromWhere: Sql): Predicate {
  return total(sql<SqlBool>`exists (select from ${fromWhere})`);
}

function listColumn({ name, source }: CheckedField, level: Level): Sql {
  if (source.from !== 'column') throw new Error(`field ${name} holds a list that is no column`);
  return column(level, source.column);
}
