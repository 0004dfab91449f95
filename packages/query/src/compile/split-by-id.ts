import type { CheckedNode, CheckedNodeType, Link } from '../checked.ts';

/** Whether a node asks for nothing of its object but the id, one function a node. */
const ASKS_FOR_ID_ONLY: { readonly [T in CheckedNodeType]: (node: CheckedNode<T>) => boolean } = {
  constant: () => true,
  and: ({ nodes }) => nodes.every(asksForIdOnly),
  or: ({ nodes }) => nodes.every(asksForIdOnly),
  not: ({ node }) => asksForIdOnly(node),
  ids: () => true,
  field: ({ field }) => field.source.from === 'aggregate' || field.source.from === 'first',
  related: ({ link }) => link.column === 'id',
};

/**
 * The conditions on an object that is reached by its id, in two parts: those that ask for nothing else of it (what it
 * counts, what is related to it) hold of the id that is known already, and need not stand inside the `exists` of the
 * object. Postgres can then join in any order; inside, it would first work them out for every object there is.
 */
export function splitById(
  link: Link,
  node: CheckedNode,
): { readonly ofId: readonly CheckedNode[]; readonly others: readonly CheckedNode[] } {
  const isReachedById = link.relatedColumn === 'id' && link.through === undefined;
  const conditions = node.type === 'and' ? node.nodes : [node];
  if (!isReachedById) return { ofId: [], others: [node] };
  const ofId = conditions.filter((condition) => condition.type !== 'constant' && asksForIdOnly(condition));
  return { ofId, others: conditions.filter((condition) => !ofId.includes(condition)) };
}

function asksForIdOnly<T extends CheckedNodeType>(node: CheckedNode<T>): boolean {
  return ASKS_FOR_ID_ONLY[node.type](node);
}
