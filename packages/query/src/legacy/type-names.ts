import { type Catalog, findObjectType, type ObjectType } from '@winnow/catalog';
import { listAllowed, quote } from '../wording.ts';
import { type Level, refusal } from './context.ts';
import type { Token } from './tokens.ts';

/** A name without what people write in several ways: upper and lower case, spaces, `_` and `-`. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}

/**
 * The object type of a name, or else of its words for people: `call`, `activity.call`, `calls`, `e-mail address`.
 * Undefined when there is none; several when the words are those of several.
 */
export function findTypes(catalog: Catalog, name: string): readonly ObjectType[] {
  const exact = findObjectType(catalog, name.toLowerCase());
  if (exact) return [exact];
  const folded = foldName(name);
  return Object.values(catalog.objectTypes).filter((type) =>
    namesOf(type).some((candidate) => foldName(candidate) === folded),
  );
}

/** The one object type that `token` names. @throws QueryError QUERY_UNKNOWN_OBJECT_TYPE, QUERY_AMBIGUOUS_NAME */
export function resolveType({ catalog, source }: Level, token: Token): ObjectType {
  const [found, second] = findTypes(catalog, token.text);
  if (found && !second) return found;
  if (found && second) {
    const reason = `${quote(token.text)} may be "${found.name}" or "${second.name}". Write one of these.`;
    throw refusal(source, token.start, 'QUERY_AMBIGUOUS_NAME', reason);
  }
  const names = Object.values(catalog.objectTypes).flatMap(({ name, aliases }) => [name, ...aliases]);
  const reason = `There is no kind of objects ${quote(token.text)} to ask about. ${listAllowed(token.text, names)}`;
  throw refusal(source, token.start, 'QUERY_UNKNOWN_OBJECT_TYPE', reason);
}

/** Every name that an object type answers to. */
export function namesOf({ name, aliases, label }: ObjectType): readonly string[] {
  return [name, ...aliases, label.one, label.many];
}

/** Values by the folded form of their names. */
export function groupByFolded<T>(
  entries: readonly (readonly [name: string, value: T])[],
): Map<string, Set<T>> {
  const groups = new Map<string, Set<T>>();
  for (const [name, value] of entries) {
    const folded = foldName(name);
    groups.set(folded, (groups.get(folded) ?? new Set<T>()).add(value));
  }
  return groups;
}
