import type { CheckedNode } from '../checked.ts';

/**
 * Nodes are only built here, so that a constant never survives inside another node and "matches everything" is
 * visible at the root. An error here deletes everything: fold.test.ts compares with brute force.
 */

/** A node that is always true, or never. */
export function constant(value: boolean): CheckedNode {
  return { type: 'constant', value };
}

/** All of `nodes`; true when there are none. */
export function conjunction(nodes: readonly CheckedNode[]): CheckedNode {
  const open = nodes.filter((node) => !isConstant(node, true));
  if (open.some((node) => isConstant(node, false))) return constant(false);
  const [first, ...rest] = open;
  if (first === undefined) return constant(true);
  return rest.length === 0 ? first : { type: 'and', nodes: open };
}

/** Any of `nodes`; false when there are none. Alternatives that name ids become one list: clients send hundreds. */
export function disjunction(nodes: readonly CheckedNode[]): CheckedNode {
  const open = nodes.filter((node) => !isConstant(node, false));
  if (open.some((node) => isConstant(node, true))) return constant(true);
  const merged = mergeIds(open);
  const [first, ...rest] = merged;
  if (first === undefined) return constant(false);
  return rest.length === 0 ? first : { type: 'or', nodes: merged };
}

/** `node`, or its opposite when `negate` is true. */
export function negateIf(negate: boolean, node: CheckedNode): CheckedNode {
  if (!negate) return node;
  if (node.type === 'constant') return constant(!node.value);
  return node.type === 'not' ? node.node : { type: 'not', node };
}

/** Whether the node is the constant `value`. */
export function isConstant(node: CheckedNode, value: boolean): boolean {
  return node.type === 'constant' && node.value === value;
}

function mergeIds(nodes: readonly CheckedNode[]): readonly CheckedNode[] {
  const ids = nodes.flatMap((node) => (node.type === 'ids' ? node.ids : []));
  if (ids.length === 0) return nodes;
  return [{ type: 'ids', ids: [...new Set(ids)] }, ...nodes.filter((node) => node.type !== 'ids')];
}
