import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type Db, findSavedSearchTrees, type SavedSearchViewer, type Trx } from '@winnow/db';
import { parseQuery, QUERY_LIMITS, QueryError, type QueryNode, savedSearchIds } from '@winnow/query';

/** What saved searches mean, by plain UUID. */
export interface SavedSearches {
  readonly trees: ReadonlyMap<string, QueryNode>;
  readonly names: ReadonlyMap<string, string>;
}

/**
 * The saved searches that a query names, and those that they name in turn. Ids that the viewer cannot see are not in
 * the answer: the check says that they do not exist.
 * @throws QueryError QUERY_TOO_LARGE when they are too many.
 */
export async function loadSavedSearches(
  db: Db | Trx,
  viewer: SavedSearchViewer,
  node: QueryNode,
  path: string,
): Promise<SavedSearches> {
  const trees = new Map<string, QueryNode>();
  const names = new Map<string, string>();
  const asked = new Set<string>();
  let wanted = idsIn(node);
  while (wanted.length > 0) {
    for (const id of wanted) asked.add(id);
    if (asked.size > QUERY_LIMITS.savedSearches) {
      const reason = `The query and its saved searches name more than ${QUERY_LIMITS.savedSearches} saved searches.`;
      throw new QueryError('QUERY_TOO_LARGE', path, reason);
    }
    const found = await findSavedSearchTrees(db, viewer, wanted);
    for (const { id, name, tree } of found) {
      trees.set(id, parseQuery(tree, `saved search ${JSON.stringify(name)}`));
      names.set(id, name);
    }
    wanted = [...new Set(found.flatMap(({ id }) => idsIn(trees.get(id))))].filter((id) => !asked.has(id));
  }
  return { trees, names };
}

function idsIn(node: QueryNode | undefined): readonly string[] {
  const ids = node === undefined ? [] : savedSearchIds(node);
  return [...new Set(ids.flatMap((id) => decodeId(ID_PREFIX.savedSearch, id) ?? []))];
}
