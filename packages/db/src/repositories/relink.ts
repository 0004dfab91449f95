import { type ObjectType, objectTypesIn, type Table, tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../transaction.ts';
import type { MergeScope } from './rooted-objects.ts';

/** The object that stays, and those that become it. Plain UUIDs. */
export interface Relinking {
  readonly toId: string;
  readonly fromIds: readonly string[];
}

/**
 * Makes every row that refers to one of the objects refer to another one: all relations of the catalog that lead to
 * their table. Rows that are parts of an object (`partOf`) and equal by title, whatever the case, are not doubled: the
 * first stays with, or comes to, the object, the others are left where they are. What is true of one of them (an
 * address that is unsubscribed) is true of the one that stays.
 */
export async function relinkReferences(trx: Trx, scope: MergeScope, relinking: Relinking): Promise<void> {
  const { catalog, objectType } = scope;
  for (const table of Object.values(catalog.tables)) {
    for (const { column } of table.relations.filter(({ references }) => references === objectType.table)) {
      const part = objectTypesIn(catalog, table.name).find(({ partOf }) => partOf === objectType.name);
      await (part === undefined
        ? relinkRows(trx, scope, table, column, relinking)
        : relinkParts(trx, scope, part, column, relinking));
    }
  }
}

async function relinkRows(
  trx: Trx,
  scope: MergeScope,
  table: Table,
  column: string,
  { toId, fromIds }: Relinking,
): Promise<void> {
  await sql`
    update ${live(scope, table)} set ${sql.id(column)} = ${toId}::uuid
    where ${sql.id(column)} = any(${fromIds}::uuid[]) and ${ofTenant(scope, table)}
  `.execute(trx);
}

async function relinkParts(
  trx: Trx,
  scope: MergeScope,
  part: ObjectType,
  column: string,
  { toId, fromIds }: Relinking,
): Promise<void> {
  const table = tableOf(scope.catalog, part.table);
  const title = columnsOf(part, ({ name }) => name === part.titleField)[0];
  if (title === undefined) return relinkRows(trx, scope, table, column, { toId, fromIds });
  const flags = columnsOf(part, ({ kind, writable }) => kind === 'boolean' && writable);
  const equal = sql`partition by lower(btrim(${sql.id(title)}))`;
  const order = [toId, ...fromIds];
  const anyOf = flags.map(
    (flag, index) => sql`, bool_or(${sql.id(flag)}) over (${equal}) as ${sql.id(`flag_${index}`)}`,
  );
  const assignments = flags.map(
    (flag, index) =>
      sql`, ${sql.id(flag)} = coalesce(ranked.${sql.id(`flag_${index}`)}, part.${sql.id(flag)})`,
  );
  await sql`
    with ranked as (
      select id, row_number() over (${equal} order by array_position(${order}::uuid[], ${sql.id(column)}), id) as n
        ${sql.join(anyOf, sql``)}
      from ${live(scope, table)}
      where ${sql.id(column)} = any(${order}::uuid[]) and ${ofTenant(scope, table)}
    )
    update ${live(scope, table)} as part set ${sql.id(column)} = ${toId}::uuid ${sql.join(assignments, sql``)}
    from ranked where ranked.id = part.id and ranked.n = 1
  `.execute(trx);
}

function columnsOf(
  { fields }: ObjectType,
  wanted: (field: ObjectType['fields'][string]) => boolean,
): readonly string[] {
  return Object.values(fields).flatMap((field) =>
    field.source.from === 'column' && wanted(field) ? [field.source.column] : [],
  );
}

function live({ catalog }: MergeScope, table: Table): RawBuilder<unknown> {
  return sql.id(catalog.schema, table.name);
}

function ofTenant({ tenantId }: MergeScope, table: Table): RawBuilder<unknown> {
  return sql`${sql.id(table.tenantColumn)} = ${tenantId}`;
}
