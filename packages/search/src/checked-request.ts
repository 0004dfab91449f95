import type { Catalog, CustomField } from '@winnow/catalog';
import { customFieldsById, type Db, type JsonObject, type Trx } from '@winnow/db';
import {
  type CheckContext,
  type CheckedQuery,
  checkMixedQuery,
  checkQuery,
  parseQuery,
  parseSort,
  QueryError,
  type QueryNode,
  type SortItem,
  writeQuery,
} from '@winnow/query';
import { loadSavedSearches } from './saved-searches.ts';

/** Who asks, of which schema. */
export interface QueryScope {
  readonly catalog: Catalog;
  /** Plain UUIDs. A user sees shared saved searches and their own. */
  readonly organizationId: string;
  readonly userId: string | null;
}

/** A query as a client writes it; how it is called in error paths stands beside each part. */
export interface AskedQuery {
  readonly tree: unknown;
  readonly treePath: string;
  readonly sort: unknown;
  readonly sortPath?: string;
}

/** A query that agrees with the catalog and with what the organization defines. */
export interface CheckedRequest {
  /** As it was asked. */
  readonly node: QueryNode;
  /** The same as JSON, saved searches written out: what it means whatever becomes of them. */
  readonly frozen: JsonObject;
  readonly query: CheckedQuery;
  readonly sort: readonly SortItem[];
  readonly customFields: ReadonlyMap<string, CustomField>;
  /** Names of the saved searches in it, by plain UUID. */
  readonly savedSearchNames: ReadonlyMap<string, string>;
}

/** A query that may be about several object types: one checked query for each. */
export interface CheckedMixedRequest extends Omit<CheckedRequest, 'query'> {
  /** In the catalog's order; at least one. */
  readonly queries: readonly CheckedQuery[];
}

/**
 * Takes a query from JSON to what can be compiled.
 * @throws QueryError with the JSON path.
 */
export async function checkRequest(
  db: Db | Trx,
  scope: QueryScope,
  asked: AskedQuery,
): Promise<CheckedRequest> {
  const { node, context, names } = await readRequest(db, scope, asked);
  const query = checkQuery(node, { ...context, path: asked.treePath });
  return {
    node,
    frozen: freeze(node, context.savedSearches, asked.treePath),
    query,
    sort: readSort(asked, context, query.objectType),
    customFields: context.customFields,
    savedSearchNames: names,
  };
}

/**
 * The same for a search, whose query need not say what kind of objects it is about: then it is asked of each kind.
 * @throws QueryError with the JSON path; also for a `sort` when there are several kinds.
 */
export async function checkMixedRequest(
  db: Db | Trx,
  scope: QueryScope,
  asked: AskedQuery,
): Promise<CheckedMixedRequest> {
  const { node, context, names } = await readRequest(db, scope, asked);
  const queries = checkMixedQuery(node, { ...context, path: asked.treePath });
  const [first, ...others] = queries;
  const isSorted = asked.sort !== undefined && asked.sort !== null && !isEmptyList(asked.sort);
  if (isSorted && others.length > 0) {
    const reason = 'A query about several object types cannot be sorted by a field. Add an object_type node.';
    throw new QueryError('QUERY_NO_OBJECT_TYPE', asked.sortPath ?? 'sort', reason);
  }
  return {
    node,
    frozen: freeze(node, context.savedSearches, asked.treePath),
    queries,
    sort: first === undefined || others.length > 0 ? [] : readSort(asked, context, first.objectType),
    customFields: context.customFields,
    savedSearchNames: names,
  };
}

/**
 * The query as JSON that names no saved search. A worker reads it again, and it may be larger than what was sent: saved
 * searches are written out, and so are short forms.
 * @throws QueryError when it has grown past what can be read.
 */
function freeze(node: QueryNode, savedSearches: ReadonlyMap<string, QueryNode>, path: string): JsonObject {
  const json = writeQuery(node, savedSearches);
  parseQuery(json, path);
  return json as JsonObject;
}

async function readRequest(db: Db | Trx, scope: QueryScope, asked: AskedQuery) {
  const node = parseQuery(asked.tree, asked.treePath);
  const { trees, names } = await loadSavedSearches(db, scope, node, asked.treePath);
  const context: CheckContext & { readonly savedSearches: ReadonlyMap<string, QueryNode> } = {
    catalog: scope.catalog,
    customFields: await customFieldsById(db, { organizationId: scope.organizationId }),
    savedSearches: trees,
  };
  return { node, context, names };
}

function readSort(asked: AskedQuery, context: CheckContext, objectType: string): readonly SortItem[] {
  return parseSort(asked.sort, { ...context, objectType, path: asked.sortPath ?? 'sort' });
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
