import { objectTypeOf } from '@winnow/catalog';
import type { Db, JsonObject, Trx } from '@winnow/db';
import { writeQuery } from '@winnow/query';
import { type AskedQuery, checkRequest, type QueryScope } from '../checked-request.ts';
import { readLegacyQuery } from '../legacy.ts';
import { SavedSearchError } from './error.ts';

/** How a saved search says what it finds: as text, or as a tree with or without the wrapper around it. */
export type GivenQuery =
  | { readonly from: 'text'; readonly text: string }
  | { readonly from: 'tree'; readonly json: unknown };

/** A query for a saved search, checked. */
export interface Meaning {
  /** Name of the object type that it is about. */
  readonly objectType: string;
  /** What other queries take in its place; saved searches in it stay named. */
  readonly tree: JsonObject;
  readonly query: string | null;
  /** `{"query": …, "results_limit": …, "sort": […]}` */
  readonly sQuery: JsonObject | null;
}

/** The keys of a wrapper; the app's "Copy Filters" adds `limit`, which says nothing about what is found. */
const WRAPPER_KEYS: ReadonlySet<string> = new Set(['query', 'results_limit', 'sort', 'limit']);

/**
 * Reads and checks what a saved search finds.
 * @param objectType what it must be about; null where only the query says so, or the text means the catalog's root.
 * @throws QueryError with the JSON path, SavedSearchError
 */
export async function readMeaning(
  db: Db | Trx,
  scope: QueryScope,
  given: GivenQuery,
  objectType: string | null,
): Promise<Meaning> {
  if (given.from === 'tree') return readTree(db, scope, given.json, objectType);
  const about = objectType ?? scope.catalog.rootObjectType;
  if (about === undefined) throw new SavedSearchError('invalid', 'type', 'This field is required.');
  const { tree, sort } = await readLegacyQuery(db, scope, given.text, about, 'query');
  const asked: AskedQuery = { tree, treePath: 'query', sort, sortPath: 'query' };
  const { node, query } = await checkRequest(db, scope, asked);
  return { objectType: query.objectType, tree: writeQuery(node), query: given.text, sQuery: null };
}

async function readTree(
  db: Db | Trx,
  scope: QueryScope,
  json: unknown,
  objectType: string | null,
): Promise<Meaning> {
  const { asked, resultsLimit } = unwrap(json);
  const { node, query } = await checkRequest(db, scope, asked);
  if (objectType !== null && objectType !== query.objectType) {
    const { label } = objectTypeOf(scope.catalog, query.objectType);
    throw new SavedSearchError('invalid', 'type', `The query is about ${label.many}.`);
  }
  // What came through JSON and through the check is JSON of the shape that is expected.
  const sQuery = {
    query: asked.tree as JsonObject,
    results_limit: resultsLimit,
    sort: (asked.sort ?? []) as readonly JsonObject[],
  };
  return { objectType: query.objectType, tree: writeQuery(node), query: null, sQuery };
}

/** The query inside of a wrapper, or the bare one: a node has a `type`, a wrapper has none. */
function unwrap(json: unknown): { readonly asked: AskedQuery; readonly resultsLimit: number | null } {
  if (!isObject(json) || Object.hasOwn(json, 'type') || !Object.hasOwn(json, 'query')) {
    return { asked: { tree: json, treePath: 's_query', sort: [] }, resultsLimit: null };
  }
  const unknown = Object.keys(json).find((key) => !WRAPPER_KEYS.has(key));
  if (unknown !== undefined) {
    const path = `s_query.${unknown.slice(0, 100)}`;
    throw new SavedSearchError('invalid', path, 'Only "query", "results_limit" and "sort" may stand here.');
  }
  return {
    asked: { tree: json.query, treePath: 's_query.query', sort: json.sort, sortPath: 's_query.sort' },
    resultsLimit: readLimit(json.results_limit),
  };
}

function readLimit(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new SavedSearchError('invalid', 's_query.results_limit', 'Must be an integer of at least 0 or null.');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
