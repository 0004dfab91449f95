import { decodeId, ID_PREFIX } from '@winnow/catalog';
import type { QueryNode } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { QUERY_LIMITS } from '../limits.ts';
import { childrenOf } from '../walk.ts';
import { quote } from '../wording.ts';

/** Where a saved search is named. */
interface Surroundings {
  readonly savedSearches?: ReadonlyMap<string, QueryNode>;
  readonly inside: readonly string[];
}

/** The tree that a saved search means, and its UUID. */
interface Opened {
  readonly id: string;
  readonly tree: QueryNode;
}

/**
 * Opens a saved search that a query names.
 * @throws QueryError QUERY_UNKNOWN_SAVED_SEARCH, QUERY_SAVED_SEARCH_CYCLE, QUERY_TOO_DEEP
 */
export function openSavedSearch(
  { savedSearchId }: QueryNode<'saved_search'>,
  { savedSearches, inside }: Surroundings,
  path: string,
): Opened {
  const id = decodeId(ID_PREFIX.savedSearch, savedSearchId);
  const tree = id === undefined ? undefined : savedSearches?.get(id);
  const at = `${path}.saved_search_id`;
  if (id === undefined || tree === undefined) {
    const reason = `There is no saved search ${quote(savedSearchId)}.`;
    throw new QueryError('QUERY_UNKNOWN_SAVED_SEARCH', at, reason);
  }
  if (inside.includes(id)) {
    throw new QueryError('QUERY_SAVED_SEARCH_CYCLE', at, 'This saved search contains itself.');
  }
  if (inside.length >= QUERY_LIMITS.savedSearchDepth) {
    const reason = `Saved searches stand in saved searches more than ${QUERY_LIMITS.savedSearchDepth} levels deep.`;
    throw new QueryError('QUERY_TOO_DEEP', at, reason);
  }
  return { id, tree };
}

/**
 * Counts the nodes of a saved search against the limit of the query that names it: one that is named twice counts
 * twice, so that small searches that name each other cannot become a huge query.
 * @throws QueryError QUERY_TOO_LARGE
 */
export function countSavedSearch(tree: QueryNode, usage: { nodes: number }, path: string): void {
  usage.nodes += countNodes(tree);
  if (usage.nodes <= QUERY_LIMITS.nodes) return;
  const reason = `With its saved searches the query has more than ${QUERY_LIMITS.nodes.toLocaleString('en')} nodes.`;
  throw new QueryError('QUERY_TOO_LARGE', path, reason);
}

function countNodes(node: QueryNode): number {
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);
}
