import type { Db, Trx } from '@winnow/db';
import { type AskedQuery, checkMixedRequest, type QueryScope } from './checked-request.ts';
import { fingerprintOf, readCursor, writeCursor } from './cursor.ts';
import type { SearchSettings } from './settings.ts';
import { compileAll, countAll, findSlice, type SearchCount } from './slice.ts';
import { inSnapshot } from './snapshot.ts';
import type { Tokens } from './tokens.ts';

export interface SearchDeps {
  readonly db: Db;
  readonly tokens: Tokens;
  readonly settings: SearchSettings;
}

/** One page of a search that a client asks for. */
export interface SearchRequest extends AskedQuery {
  /** Most objects of this page; 0 takes none, so that only counts are answered. */
  readonly limit: number;
  /** Most objects of all pages together; null: no limit. */
  readonly resultsLimit: number | null;
  readonly includeCounts: boolean;
  /** Of the page before; null for the first. */
  readonly cursor: string | null;
  readonly tzOffsetMinutes: number;
  /** When the page was asked for. */
  readonly at: Date;
}

export interface FoundObject {
  readonly objectType: string;
  /** Plain UUID. */
  readonly id: string;
}

export interface SearchPage<Item> {
  readonly items: readonly Item[];
  /** Null when there is no further page. */
  readonly cursor: string | null;
  /** Only when it was asked for. */
  readonly count?: SearchCount;
}

/** Turns what was found into items, in the transaction that found it: what is read there agrees with the query. */
export type ReadFound<Item> = (trx: Trx, objects: readonly FoundObject[]) => Promise<readonly Item[]>;

/**
 * One page of the objects that satisfy a query, by its sort and then by id, with no wall however many there are. A
 * query about several object types walks over them one after the other, in the catalog's order. Objects that come or
 * go between two pages neither make others come twice nor leave them out.
 * @throws QueryError with the JSON path; CursorError; SearchTimeoutError.
 */
export async function search<Item>(
  { db, tokens, settings }: SearchDeps,
  scope: QueryScope,
  request: SearchRequest,
  read: ReadFound<Item>,
): Promise<SearchPage<Item>> {
  const checked = await checkMixedRequest(db, scope, request);
  const fingerprint = fingerprintOf([
    scope.organizationId,
    scope.userId,
    checked.frozen,
    JSON.stringify(checked.sort.map(({ field, direction }) => [field.source, direction])),
    request.resultsLimit,
    request.tzOffsetMinutes,
  ]);
  const from =
    request.cursor === null ? undefined : await readCursor(tokens, fingerprint, request.cursor, request.at);
  const now = from?.now ?? request.at.getTime();
  const queries = compileAll(scope, checked, now, request.tzOffsetMinutes);

  const found = await inSnapshot(db, settings, async (snapshot) => {
    const slice = await findSlice(snapshot, queries, from, request);
    const objects = slice.rows.map(({ objectType, key }) => ({ objectType, id: key.id }));
    const count = request.includeCounts ? await countAll(snapshot, queries, request.resultsLimit) : undefined;
    await snapshot.bound();
    return { ...slice, count, items: await read(snapshot.trx, objects) };
  });
  const last = found.rows.at(-1);
  const nGiven = (from?.nGiven ?? 0) + found.rows.length;
  return {
    items: found.items,
    cursor:
      last && found.hasMore
        ? await writeCursor(tokens, fingerprint, { now, ...last, nGiven }, request.at)
        : null,
    ...(found.count === undefined ? {} : { count: found.count }),
  };
}
