import type { FieldKind } from '@winnow/catalog';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { CheckedQuery, SortItem } from '../checked.ts';
import { bindLevel, type CompileContext, column, fromTable, type Level, startLevel } from './level.ts';
import { conditionsOf } from './nodes.ts';
import { scalarOf } from './values.ts';

/** The parts of a `select`. Every value in them is a bound parameter, every name comes from the catalog. */
export interface CompiledQuery {
  /** Name of the table, in the catalog's schema. */
  readonly table: string;
  readonly alias: 't0';
  /** `"schema"."table" as "t0"`. */
  readonly from: RawBuilder<unknown>;
  /** Bound to the organization and the object type, here and at every level of has_related. */
  readonly where: RawBuilder<SqlBool>;
  /** Ends with the id, so that the order is total. */
  readonly orderBy: readonly RawBuilder<unknown>[];
  /** What it is ordered by before the id. */
  readonly sortKeys: readonly SortKey[];
}

/** A value that objects are ordered by, those without one last; to go on after an object that was seen. */
export interface SortKey {
  readonly value: RawBuilder<unknown>;
  readonly direction: 'asc' | 'desc';
  /** The type whose order it is; a value comes back whole through its text. */
  readonly sqlType: 'text' | 'numeric' | 'timestamptz' | 'date' | 'boolean';
}

/**
 * A checked query as SQL. Pure: the same query and context give the same SQL, so that it can be compiled when it is
 * asked (to answer mistakes) and again when it is run.
 * @throws QueryError QUERY_EMPTY_RANGE, QUERY_NO_CURRENT_USER: what only the frozen moment and user can show.
 */
export function compileQuery(
  query: CheckedQuery,
  sort: readonly SortItem[],
  context: CompileContext,
): CompiledQuery {
  const level = startLevel(context, query.objectType);
  const conditions = [...bindLevel(level), ...conditionsOf(query.where, level)];
  const sortKeys = sort.map((item) => compileSortItem(item, level));
  return {
    table: level.table.name,
    alias: 't0',
    from: fromTable(context, level.table.name, level.alias),
    where: sql<SqlBool>`${sql.join([...conditions, ...level.guards], sql` and `)}`,
    orderBy: [...sortKeys.map(orderByKey), sql`${column(level, 'id')} asc`],
    sortKeys,
  };
}

const SQL_TYPES: { readonly [K in FieldKind]?: SortKey['sqlType'] } = {
  integer: 'numeric',
  number: 'numeric',
  date: 'date',
  moment: 'timestamptz',
  boolean: 'boolean',
};

function compileSortItem({ field, direction }: SortItem, level: Level): SortKey {
  // Days of custom fields are text in the JSON (see custom-values.ts).
  const isText = field.kind === 'date' && field.source.from === 'custom';
  const sqlType = isText ? 'text' : (SQL_TYPES[field.kind] ?? 'text');
  return { value: scalarOf(field, level), direction, sqlType };
}

/** Objects without a value come last, whichever the direction: with a results_limit they are taken last. */
function orderByKey({ value, direction }: SortKey): RawBuilder<unknown> {
  return sql`${value} ${direction === 'asc' ? sql`asc nulls last` : sql`desc nulls last`}`;
}
