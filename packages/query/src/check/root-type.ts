import type { ObjectType } from '@winnow/catalog';
import type { QueryNode } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { type CheckContext, resolveObjectType } from './scope.ts';

/**
 * The object type that a whole query is about: what the object_type nodes say that must hold for every match, i.e.
 * that stand at the root or in `and` nodes reached from it, none of them negated.
 * @throws QueryError QUERY_NO_OBJECT_TYPE, QUERY_OBJECT_TYPE_CONFLICT, QUERY_UNKNOWN_OBJECT_TYPE
 */
export function findRootType(query: QueryNode, context: CheckContext, path: string): ObjectType {
  let found: ObjectType | undefined;
  for (const named of requiredTypes(query, path)) {
    const type = resolveObjectType(context, named.objectType, `${named.path}.object_type`);
    if (found && found !== type) {
      const reason = `No object is both "${found.name}" and "${type.name}". Keep one object_type node; filter related objects by has_related.`;
      throw new QueryError('QUERY_OBJECT_TYPE_CONFLICT', `${named.path}.object_type`, reason);
    }
    found = type;
  }
  if (found) return found;
  const names = Object.keys(context.catalog.objectTypes).join(', ');
  const reason =
    `The query does not say what it is about. Put it into {"type": "and", "queries": [{"type": "object_type", ` +
    `"object_type": "…"}, …]}. Object types: ${names}.`;
  throw new QueryError('QUERY_NO_OBJECT_TYPE', path, reason);
}

interface NamedType {
  readonly objectType: string;
  readonly path: string;
}

function requiredTypes(node: QueryNode, path: string): readonly NamedType[] {
  if (node.negate) return [];
  if (node.type === 'object_type') return [{ objectType: node.objectType, path }];
  if (node.type !== 'and') return [];
  return node.queries.flatMap((child, index) => requiredTypes(child, `${path}.queries[${index}]`));
}
