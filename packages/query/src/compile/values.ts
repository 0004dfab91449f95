import type { FieldSource } from '@winnow/catalog';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { CheckedField } from '../checked.ts';
import { customElements, customValue, jsonOf } from './custom-values.ts';
import { column, fromTable, isOfTenant, type Level } from './level.ts';
import { type Predicate, partial, total } from './predicate.ts';

type Sql = RawBuilder<unknown>;
type Lookup = FieldSource & { readonly from: 'lookup' };
type Count = FieldSource & { readonly from: 'count' };

/** Alias of the row that a lookup or a count reads; nothing is nested inside it. */
const ROW = 'v';
/** An element of a list. */
const ELEMENT = sql.id('e', 'value');

/**
 * A field's value as one scalar expression, null where there is none.
 * @throws Error for a list, which has no single value: the check never lets one come here.
 */
export function scalarOf(field: CheckedField, level: Level): Sql {
  if (field.isList) throw new Error(`field ${field.name} holds a list`);
  const { source } = field;
  switch (source.from) {
    case 'column':
      return column(level, source.column);
    case 'lookup':
      return sql`(select ${sql.id(ROW, source.column)} from ${lookedUpRow(source, level)})`;
    case 'count':
      return sql`(select count(*) from ${countedRows(source, level)})`;
    case 'custom':
      return customValue(source, field.kind, level);
    case 'expression':
    case 'constant':
      throw new Error(`field ${field.name} is only shown`);
  }
}

/**
 * True where `test` holds for the field's value, or for any of its values. A looked-up value is tested inside an
 * `exists`, which Postgres can turn into a join; as a scalar subquery it would be computed for every row.
 */
export function matchValue(field: CheckedField, level: Level, test: (value: Sql) => Predicate): Predicate {
  const { source } = field;
  if (source.from === 'lookup') {
    return exists(sql`${lookedUpRow(source, level)} and ${test(sql.id(ROW, source.column)).sql}`);
  }
  if (!field.isList) return test(scalarOf(field, level));
  if (source.from === 'custom') return exists(customElements(source, field.kind, level, test));
  return exists(sql`unnest(${listColumn(field, level)}) as e (value) where ${test(ELEMENT).sql}`);
}

/** True where the field has a value. An empty text and an empty list count as none: forms leave them behind. */
export function hasValue(field: CheckedField, level: Level): Predicate {
  if (field.source.from === 'custom') {
    const json = jsonOf(field.source, level);
    return partial(sql`${json} not in ('null'::jsonb, '""'::jsonb, '[]'::jsonb)`);
  }
  if (field.isList) return partial(sql`cardinality(${listColumn(field, level)}) > 0`);
  return matchValue(field, level, (value) =>
    field.kind === 'text' ? partial(sql`${value} <> ''`) : total(sql`${value} is not null`),
  );
}

/** True where the table has rows that a count counts. Without counting them: a semi-join. */
export function hasCounted(source: Count, level: Level): Predicate {
  return exists(countedRows(source, level));
}

function exists(fromWhere: Sql): Predicate {
  return total(sql<SqlBool>`exists (select from ${fromWhere})`);
}

function lookedUpRow({ table, via }: Lookup, level: Level): Sql {
  return sql`${fromTable(level.context, table, ROW)} where ${isOfTenant(level.context, table, ROW)} and ${sql.id(ROW, 'id')} = ${column(level, via)}`;
}

function countedRows({ table, column: pointing }: Count, level: Level): Sql {
  return sql`${fromTable(level.context, table, ROW)} where ${isOfTenant(level.context, table, ROW)} and ${sql.id(ROW, pointing)} = ${column(level, 'id')}`;
}

function listColumn({ name, source }: CheckedField, level: Level): Sql {
  if (source.from !== 'column') throw new Error(`field ${name} holds a list that is no column`);
  return column(level, source.column);
}
