import { type Catalog, CRM_CATALOG, type CustomField } from '@winnow/catalog';
import { type CompileContext, checkQuery, compileQuery, parseQuery, parseSort } from '@winnow/query';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';
import { EXAMPLE_CUSTOM_FIELDS } from './custom-fields.ts';

/** Writes SQL and runs nothing. */
const WRITER = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

export interface WrittenSql {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The SQL text of an expression, and its parameters. */
export function writeSql(expression: RawBuilder<unknown>): WrittenSql {
  const { sql, parameters } = expression.compile(WRITER);
  return { sql, parameters };
}

/** Who asks, and when, in tests that run nothing. */
export const FROZEN = {
  tenantId: '00000000-0000-7000-8000-00000000000a',
  userId: '00000000-0000-7000-8000-00000000000b',
  now: new Date('2026-03-31T14:30:00Z'),
  tzOffsetMinutes: 0,
} as const;

export interface QueryInput extends Partial<CompileContext> {
  readonly sort?: unknown;
  readonly customFields?: ReadonlyMap<string, CustomField>;
  /** What saved searches mean, by plain UUID. */
  readonly savedSearches?: ReadonlyMap<string, unknown>;
}

/** JSON of a query, and of `sort`, all the way to SQL. */
export function compileJson(json: unknown, input: QueryInput = {}) {
  const { sort = [], customFields = EXAMPLE_CUSTOM_FIELDS, savedSearches = new Map(), ...frozen } = input;
  const catalog: Catalog = input.catalog ?? CRM_CATALOG;
  const checked = checkQuery(parseQuery(json), {
    catalog,
    customFields,
    savedSearches: new Map([...savedSearches].map(([id, tree]) => [id, parseQuery(tree)])),
  });
  const items = parseSort(sort, { catalog, customFields, objectType: checked.objectType });
  return { ...compileQuery(checked, items, { ...FROZEN, ...frozen, catalog }), checked };
}

/** The `where` of a query as SQL text and parameters. */
export function compileWhere(json: unknown, input: QueryInput = {}): WrittenSql {
  return writeSql(compileJson(json, input).where);
}
