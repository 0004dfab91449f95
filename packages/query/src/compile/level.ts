import { type Catalog, type ObjectType, objectTypeOf, type Table, tableOf } from '@winnow/catalog';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { SourceRow } from './source.ts';

/** What a query means is frozen with it: who asks, and what "now" and "local" are. */
export interface CompileContext {
  readonly catalog: Catalog;
  /** Plain UUID of the organization; every table that the SQL names is bound to it. */
  readonly tenantId: string;
  /** Plain UUID of the user that `current_user` is; null when no user asks. */
  readonly userId: string | null;
  readonly now: Date;
  /** Minutes east of UTC: where local days begin. */
  readonly tzOffsetMinutes: number;
}

/** One level of a query: rows of one object type under one alias. */
export interface Level {
  readonly context: CompileContext;
  readonly type: ObjectType;
  readonly table: Table;
  readonly alias: string;
  /** The id of its rows as SQL, where it is known without them. */
  readonly id?: RawBuilder<unknown>;
  readonly depth: number;
  /** Conditions on the whole statement, collected on the way; the same list at every level. */
  readonly guards: RawBuilder<SqlBool>[];
}

/** The level of the query itself. */
export function startLevel(context: CompileContext, objectType: string): Level {
  return levelOf(context, objectType, 0, []);
}

/** The level inside a has_related. */
export function relatedLevel(level: Level, objectType: string): Level {
  return levelOf(level.context, objectType, level.depth + 1, level.guards);
}

/** The row that stands between a level and the one inside it. */
export function betweenLevel(level: Level, objectType: string): Level {
  const between = relatedLevel(level, objectType);
  return { ...between, alias: `b${between.depth}` };
}

function levelOf(
  context: CompileContext,
  objectType: string,
  depth: number,
  guards: RawBuilder<SqlBool>[],
): Level {
  const type = objectTypeOf(context.catalog, objectType);
  const table = tableOf(context.catalog, type.table);
  return { context, type, table, alias: `t${depth}`, depth, guards };
}

/** `"schema"."table" as "alias"`; the name comes from the catalog. */
export function fromTable({ catalog }: CompileContext, table: string, alias: string): RawBuilder<unknown> {
  return sql`${sql.id(catalog.schema, tableOf(catalog, table).name)} as ${sql.id(alias)}`;
}

/** The level's rows as what fields are read from. */
export function rowOf({ context: { catalog, tenantId }, alias, id }: Level): SourceRow {
  return { catalog, alias, ...(id && { id }), tenant: sql`${tenantId}::uuid` };
}

/** A column of the level's own rows; the name comes from the catalog. */
export function column(level: Level, name: string): RawBuilder<unknown> {
  return name === 'id' && level.id ? level.id : sql.id(level.alias, name);
}

/** `alias.organization = $tenant`. Each table that a statement names needs it: this is what keeps tenants apart. */
export function isOfTenant(
  { catalog, tenantId }: CompileContext,
  table: string,
  alias: string,
): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.id(alias, tableOf(catalog, table).tenantColumn)} = ${tenantId}::uuid`;
}

/** The conditions that hold a level to its organization and its object type. */
export function bindLevel({ context, type, table, alias }: Level): readonly RawBuilder<SqlBool>[] {
  const tenant = isOfTenant(context, table.name, alias);
  if (table.typeColumn === undefined || type.typeValue === undefined) return [tenant];
  return [tenant, sql<SqlBool>`${sql.id(alias, table.typeColumn)} = ${type.typeValue}`];
}
