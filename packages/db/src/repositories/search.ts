import type { CompiledQuery } from '@winnow/query';
import { type SqlBool, sql } from 'kysely';
import { expectAnswersWithin } from '../bounded-driver.ts';
import type { Trx } from '../transaction.ts';
import type { ColumnEquals } from './objects.ts';
import { idOf, orderOf, type Part, partsAfter, type RowKey } from './search-keys.ts';

/**
 * Bounds the statements of a search, and makes Postgres write values as it reads them whatever the server's settings:
 * keys travel as text.
 */
export async function boundSearch(
  trx: Trx,
  { statementTimeoutMs }: { readonly statementTimeoutMs: number },
): Promise<void> {
  await expectAnswersWithin(trx, statementTimeoutMs);
  await sql`
    select set_config('statement_timeout', ${String(statementTimeoutMs)}, true),
           set_config('DateStyle', 'ISO', true),
           set_config('TimeZone', 'UTC', true)
  `.execute(trx);
}

/**
 * The next rows after a key, at most `limit`, by the sort keys and then by id. Rows with a value in the first key are
 * read before those without: each statement is then one range of one index, where there is an index.
 */
export async function findRowsAfter(
  trx: Trx,
  query: CompiledQuery,
  { after, limit }: { readonly after: RowKey | undefined; readonly limit: number },
): Promise<readonly RowKey[]> {
  const found: RowKey[] = [];
  for (const part of partsAfter(query, after)) {
    if (found.length >= limit) break;
    found.push(...(await findRows(trx, query, part, limit - found.length)));
  }
  return found;
}

/** How many rows satisfy the query. */
export async function countFound(
  trx: Trx,
  { from, where }: Pick<CompiledQuery, 'from' | 'where'>,
): Promise<number> {
  const { rows } = await sql<{ n: string }>`select count(*) as n from ${from} where ${where}`.execute(trx);
  return Number(rows[0]?.n ?? 0);
}

/** The query, and these columns equal to these values. */
export function narrowed(query: CompiledQuery, equals: readonly ColumnEquals[]): CompiledQuery {
  const conditions = equals.map(({ column, value }) =>
    value === null
      ? sql`${sql.id(query.alias, column)} is null`
      : sql`${sql.id(query.alias, column)} = ${value}`,
  );
  return { ...query, where: sql<SqlBool>`${sql.join([query.where, ...conditions], sql` and `)}` };
}

/** Ids by position, for lists that page by offset: in the query's order, or the newest first where it has none. */
export async function findIdsAt(
  trx: Trx,
  query: CompiledQuery,
  { limit, skip }: { readonly limit: number; readonly skip: number },
): Promise<readonly string[]> {
  const id = idOf(query);
  const order = query.sortKeys.length > 0 ? sql.join(query.orderBy) : sql`${id} desc`;
  const { rows } = await sql<{ id: string }>`
    select ${id} as id from ${query.from} where ${query.where} order by ${order} limit ${limit} offset ${skip}
  `.execute(trx);
  return rows.map((row) => row.id);
}

async function findRows(
  trx: Trx,
  query: CompiledQuery,
  { condition, firstOrder }: Part,
  limit: number,
): Promise<readonly RowKey[]> {
  const { sortKeys } = query;
  const id = idOf(query);
  const values = sortKeys.map(({ value }, index) => sql`${value}::text as ${sql.id(`v${index}`)}`);
  const order = [firstOrder ?? [], sortKeys.slice(1).map(orderOf), sql`${id} asc`].flat();
  const { rows } = await sql<Readonly<Record<string, string | null>>>`
    select ${sql.join([sql`${id} as id`, ...values])} from ${query.from}
    where ${query.where} and ${condition}
    order by ${sql.join(order)}
    limit ${limit}
  `.execute(trx);
  return rows.map((row) => ({
    id: String(row.id),
    values: sortKeys.map((_, index) => row[`v${index}`] ?? null),
  }));
}
