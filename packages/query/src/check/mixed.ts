import { decodeId, ID_PREFIX } from '@winnow/catalog';
import type { QueryNode } from '../ast.ts';
import { resolveObjectType, type Scope } from './scope.ts';

/**
 * Whether a node of a query that is asked of several object types is about another one than this. It then matches
 * nothing here, negated or not: "not named Acme" of leads is nothing that a task could be.
 * @throws QueryError QUERY_UNKNOWN_OBJECT_TYPE
 */
export function isAboutAnother(node: QueryNode, scope: Scope, path: string): boolean {
  switch (node.type) {
    case 'field_condition':
      return node.field.type === 'regular_field'
        ? isAnother(node.field.objectType, scope, `${path}.field.object_type`)
        : isOfAnother(node.field.customFieldId, scope);
    case 'has_related':
      return isAnother(node.thisObjectType, scope, `${path}.this_object_type`);
    case 'id':
      return Object.values(scope.catalog.objectTypes).some(
        ({ idPrefix }) =>
          idPrefix !== scope.type.idPrefix &&
          decodeId(idPrefix, node.value) !== undefined &&
          hasPrefix(node.value, idPrefix),
      );
    // All of them would have to hold; of alternatives, another type's are left out.
    case 'and':
      return node.queries.some((query, index) => isAboutAnother(query, scope, `${path}.queries[${index}]`));
    case 'or':
      return (
        node.queries.length > 0 &&
        node.queries.every((query, index) => isAboutAnother(query, scope, `${path}.queries[${index}]`))
      );
    default:
      return false;
  }
}

function isAnother(name: string, scope: Scope, path: string): boolean {
  return resolveObjectType(scope, name, path) !== scope.type;
}

function isOfAnother(wireId: string, { customFields, type }: Scope): boolean {
  const id = decodeId(ID_PREFIX.customField, wireId);
  const field = id === undefined ? undefined : customFields.get(id);
  return field !== undefined && field.owner !== type.customFieldOwner;
}

function hasPrefix(value: string, prefix: string): boolean {
  return value.startsWith(`${prefix}_`);
}
