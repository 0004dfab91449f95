import type { ObjectType } from '@winnow/catalog';
import type { QueryNode } from '../ast.ts';
import { checkQuery } from '../check/query.ts';
import { checkAt, type Level } from './context.ts';
import type { Token } from './tokens.ts';

/**
 * At least one related object of `type` meets `inner`.
 * @throws QueryError QUERY_NOT_RELATED
 */
export function nodeOfRelated(level: Level, type: ObjectType, inner: QueryNode, token: Token): QueryNode {
  const related = (relatedQuery: QueryNode): QueryNode => ({
    type: 'has_related',
    negate: false,
    thisObjectType: level.type.name,
    relatedObjectType: type.name,
    relatedQuery,
  });
  assertMeaningful(level, level.type, related({ type: 'match_all', negate: false }), token);
  return related(inner);
}

/**
 * Checks one node alone, so that what does not agree with the catalog is refused at the place where it stands in the
 * text. @throws QueryError
 */
export function assertMeaningful(level: Level, type: ObjectType, node: QueryNode, token: Token): void {
  const about: QueryNode = { type: 'object_type', negate: false, objectType: type.name };
  const query: QueryNode = { type: 'and', negate: false, queries: [about, node] };
  const { catalog, customFields } = level;
  checkAt(level.source, token.start, (path) => checkQuery(query, { catalog, customFields, path }));
}
