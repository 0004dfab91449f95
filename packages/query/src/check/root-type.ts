import type { ObjectType } from '@winnow/catalog';
import type { QueryNode } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { countSavedSearch, openSavedSearch } from './saved-search.ts';
import { type CheckContext, resolveObjectType } from './scope.ts';

/**
 * The object type that a whole query is about: what the object_type nodes say that must hold for every match, i.e.
 * that stand at the root or in `and` nodes reached from it, none of them negated.
 * @throws QueryError QUERY_NO_OBJECT_TYPE, QUERY_OBJECT_TYPE_CONFLICT, QUERY_UNKNOWN_OBJECT_TYPE
 */
export function findRootType(query: QueryNode, context: CheckContext, path: string): ObjectType {
  const found = namedRootType(query, context, path);
  if (found) return found;
  const names = Object.keys(context.catalog.objectTypes).join(', ');
  const reason =
    `The query does not say what it is about. Put it into {"type": "and", "queries": [{"type": "object_type", ` +
    `"object_type": "…"}, …]}. Object types: ${names}.`;
  throw new QueryError('QUERY_NO_OBJECT_TYPE', path, reason);
}

/** The same, or undefined when nothing says it. @throws QueryError as `findRootType` */
export function namedRootType(query: QueryNode, context: CheckContext, path: string): ObjectType | undefined {
  let found: ObjectType | undefined;
  for (const named of requiredTypes(query, { ...context, inside: [], usage: { nodes: 0 } }, path)) {
    const type = resolveObjectType(context, named.objectType, `${named.path}.object_type`);
    if (found && found !== type) {
      const reason = `No object is both "${found.name}" and "${type.name}". Keep one object_type node; filter related objects by has_related.`;
      throw new QueryError('QUERY_OBJECT_TYPE_CONFLICT', `${named.path}.object_type`, reason);
    }
    found = type;
  }
  return found;
}

interface NamedType {
  readonly objectType: string;
  readonly path: string;
}

/** What saved searches are opened with on the way. */
interface Opening extends CheckContext {
  readonly inside: readonly string[];
  readonly usage: { nodes: number };
}

function requiredTypes(node: QueryNode, context: Opening, path: string): readonly NamedType[] {
  if (node.negate) return [];
  if (node.type === 'object_type') return [{ objectType: node.objectType, path }];
  if (node.type === 'saved_search') {
    const { id, tree } = openSavedSearch(node, context, path);
    countSavedSearch(tree, context.usage, path);
    return requiredTypes(tree, { ...context, inside: [...context.inside, id] }, `${path}.saved_search`);
  }
  if (node.type !== 'and') return [];
  return node.queries.flatMap((child, index) => requiredTypes(child, context, `${path}.queries[${index}]`));
}
