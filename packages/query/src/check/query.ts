import { decodeId, type ObjectType } from '@winnow/catalog';
import type { NodeType, QueryNode } from '../ast.ts';
import type { CheckedNode, CheckedQuery } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { checkCondition } from './conditions.ts';
import { checkField } from './fields.ts';
import { conjunction, constant, disjunction, isConstant, negateIf } from './fold.ts';
import { decodeOrRefuse } from './ids.ts';
import { findLink } from './links.ts';
import { isAboutAnother } from './mixed.ts';
import { findRootType, namedRootType } from './root-type.ts';
import { countSavedSearch, openSavedSearch } from './saved-search.ts';
import { assertTypeOfLevel, type CheckContext, resolveObjectType, type Scope } from './scope.ts';
import { assertPlannable } from './subqueries.ts';
import { checkText } from './text.ts';

/** What a node says, before `negate` is applied. */
const CHECKS: {
  readonly [T in NodeType]: (node: QueryNode<T>, scope: Scope, path: string) => CheckedNode;
} = {
  and: ({ queries }, scope, path) => conjunction(checkNodes(queries, scope, path)),
  or: ({ queries }, scope, path) => disjunction(checkNodes(queries, scope, path)),
  object_type: ({ objectType }, scope, path) => {
    if (scope.isMixed) {
      return constant(resolveObjectType(scope, objectType, `${path}.object_type`) === scope.type);
    }
    assertTypeOfLevel(scope, objectType, `${path}.object_type`);
    return constant(true);
  },
  id: ({ value }, scope, path) => {
    assertOwnId(value, scope, `${path}.value`);
    return { type: 'ids', ids: [decodeOrRefuse(scope.type.idPrefix, value, `${path}.value`)] };
  },
  text: checkText,
  saved_search: (node, scope, path) => {
    const { id, tree } = openSavedSearch(node, scope, path);
    countSavedSearch(tree, scope.usage, path);
    return checkNode(tree, { ...scope, inside: [...scope.inside, id] }, `${path}.saved_search`);
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
    const inner = { ...scope, type, isMixed: false };
    const related = checkNode(node.relatedQuery, inner, `${path}.related_query`);
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
  return checkFor(findRootType(query, context, path), query, context, path, false);
}

/**
 * As `checkQuery`, but the query need not say what it is about: then it is asked of every object type that can be
 * bulk deleted, and what names another type (a field of it, an id) matches nothing of this one. To search with, never
 * to delete with.
 * @returns one query for each type that it can match, in the catalog's order.
 * @throws QueryError as `checkQuery` does; never QUERY_NO_OBJECT_TYPE
 */
export function checkMixedQuery(
  query: QueryNode,
  context: CheckContext & { readonly path?: string },
): readonly CheckedQuery[] {
  const path = context.path ?? 's_query';
  const named = namedRootType(query, context, path);
  if (named) return [checkFor(named, query, context, path, false)];
  return Object.values(context.catalog.objectTypes)
    .filter(({ bulkName }) => bulkName !== undefined)
    .map((type) => checkFor(type, query, context, path, true))
    .filter(({ where }) => !isConstant(where, false));
}

function checkFor(
  type: ObjectType,
  query: QueryNode,
  { catalog, customFields, savedSearches = new Map() }: CheckContext,
  path: string,
  isMixed: boolean,
): CheckedQuery {
  const scope = { catalog, customFields, savedSearches, type, inside: [], usage: { nodes: 0 }, isMixed };
  const where = checkNode(query, scope, path);
  assertPlannable(where, path);
  return { objectType: type.name, where, matchesEverything: isConstant(where, true) };
}

function checkNode(node: QueryNode, scope: Scope, path: string): CheckedNode {
  if (scope.isMixed && isAboutAnother(node, scope, path)) return constant(false);
  return negateIf(node.negate, checkSaid(node, scope, path));
}

function checkSaid<T extends NodeType>(node: QueryNode<T>, scope: Scope, path: string): CheckedNode {
  return CHECKS[node.type](node, scope, path);
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
