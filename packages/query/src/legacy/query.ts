import type { QueryNode } from '../ast.ts';
import { resolveObjectType } from '../check/scope.ts';
import { QueryError } from '../errors.ts';
import { QUERY_LIMITS } from '../limits.ts';
import type { LegacyContext, Level, SortJson, Source } from './context.ts';
import { Cursor } from './cursor.ts';
import { readJoined } from './joined.ts';
import { readSorts } from './sorting.ts';
import { readTerm } from './terms.ts';
import { describeToken } from './tokens.ts';

/** A legacy query as a tree, and what it says about order. */
export interface LegacyQuery {
  /** An `and` with an `object_type` node of the context's type first. */
  readonly node: QueryNode;
  readonly sort: readonly SortJson[];
}

/**
 * Text of the legacy query language -> the tree that its JSON counterpart would give; grammar and meanings stand in
 * docs/legacy-query.md. Every name is looked up, so that what is accepted agrees with the catalog, and nothing is
 * guessed: a text that may mean two things is refused. Safe on any input: length and depth are bounded, the time is
 * linear in the length, and nothing but QueryError is thrown.
 * @param path what the text is called in error paths.
 * @throws QueryError whose message begins with the position, counted in characters from 1
 */
export function parseLegacyQuery(text: string, context: LegacyContext, path = 'query'): LegacyQuery {
  const type = resolveObjectType(context, context.objectType, path);
  if (text.trim() === '') {
    const reason = 'There is no query. An empty one never means "everything"; who means that writes *.';
    throw new QueryError('QUERY_EMPTY', path, reason);
  }
  const source: Source = { text, path };
  const level: Level = { ...context, source, type };
  const cursor = new Cursor(source);
  const sort: SortJson[] = [];
  const node = readJoined(
    cursor,
    () => readTerm(cursor, level),
    () => sort.push(...readSorts(cursor, level)),
  );
  assertWhole(cursor);
  assertFew(cursor, sort);
  return { node: aboutType(type.name, node), sort };
}

/** Terms that must all hold join the object type in its `and`. */
function aboutType(objectType: string, node: QueryNode | undefined): QueryNode {
  const about: QueryNode = { type: 'object_type', negate: false, objectType };
  const terms = node === undefined ? [] : node.type === 'and' && !node.negate ? node.queries : [node];
  return { type: 'and', negate: false, queries: [about, ...terms] };
}

function assertWhole(cursor: Cursor): void {
  const rest = cursor.peek();
  if (rest.type !== 'end') throw cursor.refuse(`Found ${describeToken(rest)} that closes nothing.`);
}

function assertFew(cursor: Cursor, sort: readonly SortJson[]): void {
  if (sort.length <= QUERY_LIMITS.sortItems) return;
  throw cursor.refuse(
    `The query sorts by ${sort.length} fields; at most ${QUERY_LIMITS.sortItems} are allowed.`,
  );
}
