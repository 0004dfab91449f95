import { type ColumnEquals, countFound, type Db, findIdsAt, narrowed } from '@winnow/db';
import { compileQuery } from '@winnow/query';
import { checkRequest, type QueryScope } from './checked-request.ts';
import { readLegacyQuery } from './legacy.ts';
import type { ReadFound } from './search.ts';
import type { SearchSettings } from './settings.ts';
import { inSnapshot } from './snapshot.ts';

/** A page of a list that a text narrows. */
export interface TextSearchRequest {
  readonly text: string;
  /** What the text is called in error paths. */
  readonly path: string;
  readonly objectType: string;
  /** What must hold beside the text. */
  readonly equals: readonly ColumnEquals[];
  readonly limit: number;
  readonly skip: number;
  readonly tzOffsetMinutes: number;
  /** What now is. */
  readonly at: Date;
}

/**
 * Objects of one type that satisfy a query in the legacy text language: in the order that `sort:` in it says, else
 * the newest first.
 * @returns one page, and how many there are on all of them.
 * @throws QueryError that says where in the text, SearchTimeoutError
 */
export async function searchByText<Item>(
  { db, settings }: { readonly db: Db; readonly settings: SearchSettings },
  scope: QueryScope,
  { text, path, objectType, at, tzOffsetMinutes, equals, ...page }: TextSearchRequest,
  read: ReadFound<Item>,
): Promise<{ readonly items: readonly Item[]; readonly total: number }> {
  const { tree, sort } = await readLegacyQuery(db, scope, text, objectType, path);
  const checked = await checkRequest(db, scope, { tree, treePath: path, sort, sortPath: path });
  const compiled = compileQuery(checked.query, checked.sort, {
    catalog: scope.catalog,
    tenantId: scope.organizationId,
    userId: scope.userId,
    now: at,
    tzOffsetMinutes,
  });
  const query = narrowed(compiled, equals);
  return inSnapshot(db, settings, async ({ trx, bound }) => {
    await bound();
    const ids = page.limit === 0 ? [] : await findIdsAt(trx, query, page);
    await bound();
    const total = await countFound(trx, query);
    await bound();
    const { objectType: found } = checked.query;
    return {
      items: await read(
        trx,
        ids.map((id) => ({ objectType: found, id })),
      ),
      total,
    };
  });
}
