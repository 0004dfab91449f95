import type { QueryNode } from '../ast.ts';
import { findNearest, quote } from '../wording.ts';
import { type Level, refusal } from './context.ts';
import type { Token } from './tokens.ts';

/**
 * `in:"Name"`: what the saved search of this name says; upper and lower case do not count, unless two names differ by
 * nothing else. @throws QueryError QUERY_UNKNOWN_VALUE, QUERY_AMBIGUOUS_NAME
 */
export function nodeOfSavedSearch({ savedSearchesByName, source }: Level, value: Token): QueryNode {
  const saved = savedSearchesByName ?? new Map<string, string>();
  const exact = saved.get(value.text) ?? [...saved.values()].find((id) => id === value.text);
  if (exact !== undefined) return savedSearch(exact);
  const folded = value.text.trim().toLowerCase();
  const alike = [...saved].filter(([name]) => name.trim().toLowerCase() === folded);
  const [found, second] = alike;
  if (found && !second) return savedSearch(found[1]);
  if (found && second) {
    const reason = `${quote(value.text)} may be the saved search ${quote(found[0])} or ${quote(second[0])}. Write one as it is.`;
    throw refusal(source, value.start, 'QUERY_AMBIGUOUS_NAME', reason);
  }
  const nearest = findNearest(value.text, [...saved.keys()]);
  const hint = nearest === undefined ? '' : ` Did you mean ${quote(nearest)}?`;
  const reason = `There is no saved search ${quote(value.text)} that you may use.${hint}`;
  throw refusal(source, value.start, 'QUERY_UNKNOWN_VALUE', reason);
}

function savedSearch(savedSearchId: string): QueryNode {
  return { type: 'saved_search', negate: false, savedSearchId };
}
