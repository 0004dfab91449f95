import type { QueryNode } from './ast.ts';

/** The nodes directly inside a node. */
export function childrenOf(node: QueryNode): readonly QueryNode[] {
  switch (node.type) {
    case 'and':
    case 'or':
      return node.queries;
    case 'has_related':
      return [node.relatedQuery];
    default:
      return [];
  }
}

/** The wire ids of the saved searches that a query names, as often as it names them. */
export function savedSearchIds(node: QueryNode): readonly string[] {
  if (node.type === 'saved_search') return [node.savedSearchId];
  return childrenOf(node).flatMap(savedSearchIds);
}
