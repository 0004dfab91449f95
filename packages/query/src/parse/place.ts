import { QueryError } from '../errors.ts';
import { QUERY_LIMITS } from '../limits.ts';

/** What a query has used of its limits so far. One for a whole query; the only thing that parsing changes. */
interface Usage {
  nodes: number;
  characters: number;
}

/** Where parsing stands. */
export interface Place {
  /** JSON path, e.g. `s_query.queries[1]`. */
  readonly path: string;
  readonly depth: number;
  readonly usage: Usage;
}

/** The place that parsing begins at. */
export function startAt(path: string): Place {
  return { path, depth: 0, usage: { nodes: 0, characters: 0 } };
}

/** The place of a member of the object or list at `place`. */
export function stepInto(place: Place, step: string | number): Place {
  return { ...place, path: typeof step === 'number' ? `${place.path}[${step}]` : `${place.path}.${step}` };
}

/**
 * One level deeper. Called before anything of the level is read, so that no input can exhaust the stack.
 * @throws QueryError QUERY_TOO_DEEP
 */
export function descend(place: Place): Place {
  if (place.depth >= QUERY_LIMITS.depth) {
    throw new QueryError('QUERY_TOO_DEEP', place.path, `Nested more than ${QUERY_LIMITS.depth} levels deep.`);
  }
  return { ...place, depth: place.depth + 1 };
}

/** Counts a node. @throws QueryError QUERY_TOO_LARGE */
export function countNode(place: Place): void {
  place.usage.nodes += 1;
  assertWithin(place, place.usage.nodes, QUERY_LIMITS.nodes, 'nodes in one query');
}

/** Counts a text's characters. @throws QueryError QUERY_TOO_LARGE */
export function countText(place: Place, text: string): void {
  assertWithin(place, text.length, QUERY_LIMITS.textCharacters, 'characters in one text');
  place.usage.characters += text.length;
  assertWithin(
    place,
    place.usage.characters,
    QUERY_LIMITS.totalCharacters,
    'characters in the texts of one query',
  );
}

/** @throws QueryError QUERY_TOO_LARGE when there are more than `allowed`. */
export function assertWithin(place: Place, used: number, allowed: number, what: string): void {
  if (used > allowed) {
    throw new QueryError('QUERY_TOO_LARGE', place.path, `More than ${allowed.toLocaleString('en')} ${what}.`);
  }
}
