import type { FieldKind } from '@winnow/catalog';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Scalar } from '../ast.ts';
import type { CustomSource } from '../checked.ts';
import { column, type Level } from './level.ts';
import type { Predicate } from './predicate.ts';

type Sql = RawBuilder<unknown>;

/** Begins like a date with a time; what does not is left out, for a cast that fails would end the whole statement. */
const ISO_MOMENT = '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[T ]\\d{2}:\\d{2}';

/** A custom field's single value, of the SQL type that its kind is compared as. */
export function customValue(source: CustomSource, kind: FieldKind, level: Level): Sql {
  return scalarIn(jsonOf(source, level), kind);
}

/** The rows of a `from` with its `where`: elements of a custom field that pass `test`. A single value is one element. */
export function customElements(
  source: CustomSource,
  kind: FieldKind,
  level: Level,
  test: (value: Sql) => Predicate,
): Sql {
  const json = jsonOf(source, level);
  const list = sql`case jsonb_typeof(${json}) when 'array' then ${json} else jsonb_build_array(${json}) end`;
  return sql`jsonb_array_elements(${list}) as e (value) where ${test(scalarIn(sql.id('e', 'value'), kind)).sql}`;
}

/**
 * True where a custom field holds one of `values`, by containment, which the GIN index (jsonb_path_ops) on the column
 * answers; the index leaves out rows without custom values, so the query has to say that it does too. A list field is also compared as a single value: it may have been one when the value was written.
 */
export function containsAny(
  { column: name, key }: CustomSource,
  values: readonly Scalar[],
  isList: boolean,
  level: Level,
): RawBuilder<SqlBool> {
  const documents = values.flatMap((value) =>
    isList ? [{ [key]: [value] }, { [key]: value }] : [{ [key]: value }],
  );
  const texts = documents.map((document) => JSON.stringify(document));
  const [first, ...others] = texts;
  const custom = column(level, name);
  const contains = others.length === 0 ? sql`@> ${first}::jsonb` : sql`@> any(${texts}::jsonb[])`;
  return sql`(${custom} <> '{}' and ${custom} ${contains})`;
}

/** `column -> key`, parenthesized. The key is bound like any value. */
export function jsonOf({ column: name, key }: CustomSource, level: Level): Sql {
  return sql`(${column(level, name)} -> ${key}::text)`;
}

/** A JSON scalar as SQL. Days stay text in ISO 8601, whose order is theirs, so that no stored value can fail a cast. */
function scalarIn(json: Sql, kind: FieldKind): Sql {
  const text = sql`(${json} #>> '{}')`;
  switch (kind) {
    case 'number':
    case 'integer':
      return sql`(case jsonb_typeof(${json}) when 'number' then ${text}::numeric end)`;
    case 'moment':
      return sql`(case when ${text} ~ ${sql.lit(ISO_MOMENT)} then ${text}::timestamptz end)`;
    case 'date':
      return sql`(${text} collate "C")`;
    default:
      return text;
  }
}
