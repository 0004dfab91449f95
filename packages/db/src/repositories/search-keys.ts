import type { CompiledQuery, SortKey } from '@winnow/query';
import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Where a row stands in the order: its sort values as Postgres writes them, exactly, and its id. */
export interface RowKey {
  readonly id: string;
  readonly values: readonly (string | null)[];
}

type Sql = RawBuilder<unknown>;

/** What must hold in a part of the rows, and the order of its first key there. */
export interface Part {
  readonly condition: RawBuilder<SqlBool>;
  readonly firstOrder: Sql | undefined;
}

/**
 * The same query, its sort keys worked out once for each row that satisfies it. For keys that are not columns: as they
 * stand, each would be worked out as often as a statement names it. Columns are better left to their indexes.
 */
export function withKeysWorkedOut(query: CompiledQuery): CompiledQuery {
  const { alias, from, where, sortKeys } = query;
  const keys = sortKeys.map(({ value }, index) => sql`${value} as ${sql.id(keyName(index))}`);
  // `offset 0` keeps the planner from putting the expressions back where the names stand.
  const rows = sql`(select ${sql.join([sql.id(alias, 'id'), ...keys])} from ${from} where ${where} offset 0)`;
  return {
    ...query,
    from: sql`${rows} as ${sql.id(alias)}`,
    where: sql<SqlBool>`true`,
    sortKeys: sortKeys.map((key, index) => ({ ...key, value: sql.id(alias, keyName(index)) })),
  };
}

function keyName(index: number): string {
  return `key_${index}`;
}

/** The parts that the rows after a key fall into, in the order of the query. */
export function partsAfter(query: CompiledQuery, after: RowKey | undefined): readonly Part[] {
  const [first, ...rest] = query.sortKeys;
  if (!first) return [{ condition: comesAfter(query, [], after), firstOrder: undefined }];
  const [value = null, ...values] = after?.values ?? [];
  const tail = after && { id: after.id, values };
  // Nulls are none here, so their place need not be named, and an index in either direction serves.
  const firstOrder = sql`${first.value} ${sql.raw(first.direction)}`;
  const withoutValue = sql<SqlBool>`${first.value} is null`;
  if (!tail) {
    return [
      { condition: sql<SqlBool>`${first.value} is not null`, firstOrder },
      { condition: withoutValue, firstOrder: undefined },
    ];
  }
  if (value === null) {
    const condition = sql<SqlBool>`${withoutValue} and ${comesAfter(query, rest, tail)}`;
    return [{ condition, firstOrder: undefined }];
  }
  const [beyond, from] = first.direction === 'asc' ? [sql`>`, sql`>=`] : [sql`<`, sql`<=`];
  const given = castBack(first, value);
  const condition = sql<SqlBool>`${first.value} ${from} ${given} and (${first.value} ${beyond} ${given} or ${comesAfter(query, rest, tail)})`;
  return [
    { condition, firstOrder },
    { condition: withoutValue, firstOrder: undefined },
  ];
}

/** True for rows that come after the key by these sort keys and then by id. */
function comesAfter(
  query: CompiledQuery,
  [key, ...rest]: readonly SortKey[],
  after: RowKey | undefined,
): RawBuilder<SqlBool> {
  if (!after) return sql<SqlBool>`true`;
  if (!key) return sql<SqlBool>`${idOf(query)} > ${after.id}::uuid`;
  const [value = null, ...values] = after.values;
  const next = comesAfter(query, rest, { id: after.id, values });
  if (value === null) return sql<SqlBool>`(${key.value} is null and ${next})`;
  const given = castBack(key, value);
  const beyond = key.direction === 'asc' ? sql`>` : sql`<`;
  return sql<SqlBool>`(${key.value} ${beyond} ${given} or ${key.value} is null or (${key.value} = ${given} and ${next}))`;
}

/** The order of a key, as the query has it. */
export function orderOf({ value, direction }: SortKey): Sql {
  return sql`${value} ${sql.raw(direction)} nulls last`;
}

function castBack({ sqlType }: SortKey, text: string): Sql {
  return sql`${text}::${sql.raw(sqlType)}`;
}

export function idOf({ alias }: CompiledQuery): Sql {
  return sql.id(alias, 'id');
}
