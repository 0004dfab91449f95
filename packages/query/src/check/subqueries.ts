import type { CheckedNode, CheckedNodeType } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { QUERY_LIMITS } from '../limits.ts';

/** Sources of fields that are not in the object's own row; an expression may look elsewhere too. */
const READS_OTHERS: ReadonlySet<string> = new Set(['lookup', 'aggregate', 'first', 'expression']);

/** How many joins and subqueries a node becomes, one function a node. */
const COUNTS: { readonly [T in CheckedNodeType]: (node: CheckedNode<T>) => number } = {
  constant: () => 0,
  and: ({ nodes }) => sum(nodes),
  or: ({ nodes }) => sum(nodes),
  not: ({ node }) => countSubqueries(node),
  ids: () => 0,
  // A local time reads the database's list of time zones, each time anew: 50 ms.
  field: ({ field, condition }) =>
    (READS_OTHERS.has(field.source.from) ? 1 : 0) + (condition.type === 'local_time' ? 1 : 0),
  related: ({ link, node }) => (link.through === undefined ? 1 : 2) + countSubqueries(node),
};

/**
 * Refuses a query that Postgres could not plan in a reasonable time.
 * @throws QueryError QUERY_TOO_LARGE
 */
export function assertPlannable(node: CheckedNode, path: string): void {
  const used = countSubqueries(node);
  if (used <= QUERY_LIMITS.subqueries) return;
  const reason =
    `The query looks into other tables ${used} times, by has_related or by fields that come from them. ` +
    `At most ${QUERY_LIMITS.subqueries} are allowed: put conditions on one related object into one has_related.`;
  throw new QueryError('QUERY_TOO_LARGE', path, reason);
}

function countSubqueries<T extends CheckedNodeType>(node: CheckedNode<T>): number {
  return COUNTS[node.type](node);
}

function sum(nodes: readonly CheckedNode[]): number {
  return nodes.reduce((total, node) => total + countSubqueries(node), 0);
}
