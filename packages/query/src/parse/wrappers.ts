import { QueryError } from '../errors.ts';
import type { Place } from './place.ts';

/** The keys that hold the bare query in the forms that people paste (reference, 1.6), outermost first. */
const WRAPPER_KEYS = ['s_query', 'query'] as const;

/**
 * Recognises what people send in place of a query node and answers with the right form: a search body or a Smart
 * View (`{"query": …, "sort": []}`), one inside `{"s_query": …}`, a list of nodes, a text query, an empty object.
 * @throws QueryError QUERY_WRAPPED, QUERY_WRONG_TYPE, QUERY_EMPTY; returns for all else.
 */
export function refuseMistakenForm(json: unknown, { path }: Place): void {
  if (typeof json === 'string') {
    const reason =
      'This is a text, and the query here is an object, e.g. {"type": "and", "queries": […]}. ' +
      'A query in the text language is sent as "query".';
    throw new QueryError('QUERY_WRONG_TYPE', path, reason);
  }
  if (Array.isArray(json)) {
    const reason =
      'A list is no query. Write {"type": "and", "queries": […]} around it, or "or" for alternatives.';
    throw new QueryError('QUERY_WRONG_TYPE', path, reason);
  }
  if (typeof json !== 'object' || json === null) return;
  if (Object.keys(json).length === 0) {
    const reason = 'An empty object is no query, and never means "everything".';
    throw new QueryError('QUERY_EMPTY', path, reason);
  }
  const wrapped = findWrapped(json);
  if (wrapped.length === 0) return;
  const reason =
    `This is a search body or a Smart View around a query. Send the bare query, the value of ` +
    `"${wrapped.join('.')}", here; "sort" and "results_limit" stand beside s_query, not in it.`;
  throw new QueryError('QUERY_WRAPPED', path, reason);
}

/** The keys that lead from a wrapper to the query in it; empty when `json` is no wrapper. At most two levels deep. */
function findWrapped(json: object): readonly string[] {
  const steps: string[] = [];
  let current: unknown = json;
  for (const key of WRAPPER_KEYS) {
    if (typeof current !== 'object' || current === null || Object.hasOwn(current, 'type')) break;
    if (!Object.hasOwn(current, key)) continue;
    steps.push(key);
    current = Reflect.get(current, key);
  }
  return steps;
}
