import { type Catalog, type CustomField, findObjectType, type ObjectType } from '@winnow/catalog';
import type { QueryNode } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { listAllowed, quote } from '../wording.ts';

/** What names are looked up in. */
export interface CheckContext {
  readonly catalog: Catalog;
  /** The organization's custom fields by plain UUID. */
  readonly customFields: ReadonlyMap<string, CustomField>;
  /** What the saved searches mean that the query names, or that those name, by plain UUID. */
  readonly savedSearches?: ReadonlyMap<string, QueryNode>;
}

/** A level of a query: the object type that is being filtered there. */
export interface Scope extends CheckContext {
  readonly type: ObjectType;
  /** The saved searches that this level stands in, outermost first. */
  readonly inside: readonly string[];
  /** What saved searches have added to the query so far; one for a whole query. */
  readonly usage: { nodes: number };
  /** The query is asked of several object types: what is about another one matches nothing here. */
  readonly isMixed: boolean;
}

/** The object type of this name or alias. @throws QueryError QUERY_UNKNOWN_OBJECT_TYPE */
export function resolveObjectType({ catalog }: CheckContext, name: string, path: string): ObjectType {
  const type = findObjectType(catalog, name);
  if (type) return type;
  const names = Object.values(catalog.objectTypes).flatMap((known) => [known.name, ...known.aliases]);
  const reason = `There is no object type ${quote(name)}. ${listAllowed(name, names)}`;
  throw new QueryError('QUERY_UNKNOWN_OBJECT_TYPE', path, reason);
}

/**
 * Makes sure that `name` is the object type filtered at this level: naming another would never match, and negated
 * it would match everything.
 * @throws QueryError QUERY_UNKNOWN_OBJECT_TYPE, QUERY_OBJECT_TYPE_CONFLICT
 */
export function assertTypeOfLevel(scope: Scope, name: string, path: string): void {
  const type = resolveObjectType(scope, name, path);
  if (type === scope.type) return;
  const reason =
    `Objects of type "${scope.type.name}" are filtered here, not "${type.name}". ` +
    `To filter by related objects use {"type": "has_related", "this_object_type": "${scope.type.name}", ` +
    `"related_object_type": "${type.name}", "related_query": …}.`;
  throw new QueryError('QUERY_OBJECT_TYPE_CONFLICT', path, reason);
}
