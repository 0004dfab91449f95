import { countFound, findRowsAfter, type RowKey, withKeysWorkedOut } from '@winnow/db';
import { type CompiledQuery, compileQuery } from '@winnow/query';
import type { CheckedMixedRequest, QueryScope } from './checked-request.ts';
import { CursorError, type Position } from './cursor.ts';
import type { Snapshot } from './snapshot.ts';

export interface SearchCount {
  /** At most the results limit. */
  readonly limited: number;
  readonly total: number;
}

/** A query of one object type. */
export interface TypedQuery {
  readonly objectType: string;
  readonly query: CompiledQuery;
  /** The same for finding rows in order. */
  readonly ordered: CompiledQuery;
}

/**
 * The queries of a search as SQL.
 * @param now in milliseconds of the epoch.
 */
export function compileAll(
  { catalog, organizationId, userId }: QueryScope,
  { queries, sort }: CheckedMixedRequest,
  now: number,
  tzOffsetMinutes: number,
): readonly TypedQuery[] {
  const context = { catalog, tenantId: organizationId, userId, now: new Date(now), tzOffsetMinutes };
  const areColumns = sort.every(({ field }) => field.source.from === 'column');
  return queries.map((checked) => {
    const query = compileQuery(checked, sort, context);
    return {
      objectType: checked.objectType,
      query,
      ordered: areColumns ? query : withKeysWorkedOut(query),
    };
  });
}

/** What a page holds. */
export interface Slice {
  readonly rows: readonly { readonly objectType: string; readonly key: RowKey }[];
  readonly hasMore: boolean;
}

/** The rows of a page, and whether others follow: one more than the page is looked for, unless the limit is reached. */
export async function findSlice(
  { trx, bound }: Snapshot,
  queries: readonly TypedQuery[],
  from: Position | undefined,
  { limit, resultsLimit }: { readonly limit: number; readonly resultsLimit: number | null },
): Promise<Slice> {
  const left = resultsLimit === null ? Number.POSITIVE_INFINITY : resultsLimit - (from?.nGiven ?? 0);
  const size = Math.min(limit, left);
  const rows: Slice['rows'][number][] = [];
  if (size <= 0) return { rows, hasMore: false };
  const wanted = left > size ? size + 1 : size;
  const start =
    from === undefined ? 0 : queries.findIndex(({ objectType }) => objectType === from.objectType);
  if (start < 0) throw new CursorError('foreign');
  for (const { objectType, ordered } of queries.slice(start)) {
    if (rows.length >= wanted) break;
    await bound();
    const after = objectType === from?.objectType ? from.key : undefined;
    const keys = await findRowsAfter(trx, ordered, { after, limit: wanted - rows.length });
    rows.push(...keys.map((key) => ({ objectType, key })));
  }
  return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

/** How many objects satisfy the queries, before and after the results limit. */
export async function countAll(
  { trx, bound }: Snapshot,
  queries: readonly TypedQuery[],
  resultsLimit: number | null,
): Promise<SearchCount> {
  let total = 0;
  for (const { query } of queries) {
    await bound();
    total += await countFound(trx, query);
  }
  return { limited: Math.min(total, resultsLimit ?? total), total };
}
