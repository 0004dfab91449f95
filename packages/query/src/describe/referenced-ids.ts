import type { Condition, QueryNode } from '../ast.ts';
import { childrenOf } from '../walk.ts';
import { type DescribeContext, type Spoken, spokenOf } from './context.ts';
import { spokenField } from './fields.ts';
import { uuidOf } from './titles.ts';

/** A record or user that a query names by its id. */
export interface ReferencedId {
  /** The object type, or `user`. */
  readonly target: string;
  /** Plain UUID. */
  readonly id: string;
}

/** The records and users that a query names, each once, so that their titles can be loaded for `describeQuery`. */
export function referencedIds(node: QueryNode, context: DescribeContext): readonly ReferencedId[] {
  const found = idsIn(node, spokenOf(context, context.objectType));
  return [...new Map(found.map((named) => [`${named.target} ${named.id}`, named])).values()];
}

function idsIn(node: QueryNode, spoken: Spoken): readonly ReferencedId[] {
  if (node.type === 'id') return toIds(spoken.type?.name, [node.value], spoken);
  if (node.type === 'field_condition') {
    return toIds(spokenField(node.field, spoken).target, wireIdsOf(node.condition), spoken);
  }
  const inner = node.type === 'has_related' ? spokenOf(spoken, node.relatedObjectType) : spoken;
  return childrenOf(node).flatMap((child) => idsIn(child, inner));
}

function wireIdsOf(condition: Condition): readonly string[] {
  if (condition.type === 'reference') return condition.objectIds;
  if (condition.type !== 'term') return [];
  return condition.values.filter((value) => typeof value === 'string');
}

function toIds(
  target: string | undefined,
  wireIds: readonly string[],
  spoken: Spoken,
): readonly ReferencedId[] {
  if (target === undefined) return [];
  return wireIds.flatMap((wireId) => {
    const id = uuidOf(target, wireId, spoken);
    return id === undefined ? [] : [{ target, id }];
  });
}
