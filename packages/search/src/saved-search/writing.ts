import {
  type Db,
  findSavedSearch,
  type JsonObject,
  lockSavedSearches,
  type SavedSearchRow,
  type Trx,
} from '@winnow/db';
import type { QueryScope } from '../checked-request.ts';
import { SavedSearchError } from './error.ts';
import type { GivenQuery, Meaning } from './meaning.ts';

/** Who writes. */
export interface SavedSearchScope extends QueryScope {
  readonly userId: string;
}

/** What may be said about a saved search beside its query; what is undefined stays as it is. */
export interface SavedSearchFields {
  readonly name?: string;
  readonly description?: string;
  readonly isShared?: boolean;
  readonly selectedFields?: readonly JsonObject[];
  /** Name of the object type. */
  readonly objectType?: string;
}

/** One writer of an organization at a time: two changes that are right each could make a cycle together. */
export function writing<Result>(
  db: Db,
  { organizationId }: SavedSearchScope,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  return db.transaction().execute(async (trx) => {
    await lockSavedSearches(trx, organizationId);
    return work(trx);
  });
}

/** The saved search, when the user may change it. @throws SavedSearchError when it is somebody else's. */
export async function findOwn(
  trx: Trx,
  scope: SavedSearchScope,
  id: string,
): Promise<SavedSearchRow | undefined> {
  const row = await findSavedSearch(trx, scope, id);
  if (row && row.user_id !== scope.userId) {
    throw new SavedSearchError('not_owned', '', 'Only its owner may change or delete a saved search.');
  }
  return row;
}

/** What is stored of a query. */
export function columnsOf({ objectType, tree, query, sQuery }: Meaning) {
  return {
    object_type: objectType,
    tree: JSON.stringify(tree),
    query,
    s_query: sQuery === null ? null : JSON.stringify(sQuery),
  };
}

/** What a query is called in error paths. */
export function pathOf({ from }: GivenQuery): string {
  return from === 'text' ? 'query' : 's_query';
}
