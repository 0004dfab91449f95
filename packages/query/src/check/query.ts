import { decodeId } from '@winnow/catalog';
import type { NodeType, QueryNode } from '../ast.ts';
import type { CheckedNode, CheckedQuery } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { checkCondition } from './conditions.ts';
import { checkField } from './fields.ts';
import { conjunction, constant, disjunction, isConstant, negateIf } from './fold.ts';
import { decodeOrRefuse } from './ids.ts';
import { findLink } from './links.ts';
import { findRootType } from './root-type.ts';
import { assertTypeOfLevel, type CheckContext, resolveObjectType, type Scope } from './scope.ts';
import { assertPlannable } from './subqueries.ts';

/** What a node says, before `negate` is applied. */
const CHECKS: {
  readonly [T in NodeType]: (node: QueryNode<T>, scope: Scope, path: string) => CheckedNode;
} = {
  and: ({ queries }, scope, path) => conjunction(checkNodes(queries, scope, path)),
  or: ({ queries }, scope, path) => disjunction(checkNodes(queries, scope, path)),
  object_type: ({ objectType }, scope, path) => {
    assertTypeOfLevel(scope, objectType, `${path}.object_type`);
    return constant(true);
  },
  id: ({ value }, scope, path) => {
    assertOwnId(value, scope, `${path}.value`);
    return { type: 'ids', ids: [decodeOrRefuse(scope.type.idPrefix, value, `${path}.value`)] };
  },
  match_all: () => constant(true),
  field_condition: (node, scope, path) => {
    const field = checkField(node.field, scope, `${path}.field`);
    const condition = checkCondition(node.condition, field, scope, `${path}.condition`);
    return typeof condition === 'boolean' ? constant(condition) : { type: 'field', field, condition };
  },
  has_related: (node, scope, path) => {
    assertTypeOfLevel(scope, node.thisObjectType, `${path}.this_object_type`);
    const relatedPath = `${path}.related_object_type`;
    const type = resolveObjectType(scope, node.relatedObjectType, relatedPath);
    const link = findLink(scope.catalog, scope.type, type, relatedPath);
    const related = checkNode(node.relatedQuery, { ...scope, type }, `${path}.related_query`);
    return isConstant(related, false) ? related : { type: 'related', link, node: related };
  },
};

/**
 * Makes sure that every name, operator and value of a query agrees with the catalog, and folds what is constant:
 * object_type and match_all are true, an `and` of nothing is true, an `or` of nothing false, `negate` inverts.
 * @param context `path` is what the query is called in error paths.
 * @throws QueryError with the JSON path of the first thing that does not agree.
 */
export function checkQuery(
  query: QueryNode,
  context: CheckContext & { readonly path?: string },
): CheckedQuery {
  const path = context.path ?? 's_query';
  const type = findRootType(query, context, path);
  const scope = { catalog: context.catalog, customFields: context.customFields, type };
  const where = checkNode(query, scope, path);
  assertPlannable(where, path);
  return { objectType: type.name, where, matchesEverything: isConstant(where, true) };
}

function checkNode<T extends NodeType>(node: QueryNode<T>, scope: Scope, path: string): CheckedNode {
  return negateIf(node.negate, CHECKS[node.type](node, scope, path));
}

function checkNodes(nodes: readonly QueryNode[], scope: Scope, path: string): readonly CheckedNode[] {
  return nodes.map((node, index) => checkNode(node, scope, `${path}.queries[${index}]`));
}

/** Answers an id of another object type with what it is. @throws QueryError QUERY_OBJECT_TYPE_CONFLICT */
function assertOwnId(value: string, { catalog, type }: Scope, path: string): void {
  const other = Object.values(catalog.objectTypes).find(({ idPrefix }) => value.startsWith(`${idPrefix}_`));
  if (!other || other.idPrefix === type.idPrefix || decodeId(other.idPrefix, value) === undefined) return;
  const reason = `This is the id of an object of type "${other.name}", and "${type.name}" is filtered here.`;
  throw new QueryError('QUERY_OBJECT_TYPE_CONFLICT', path, reason);
}
