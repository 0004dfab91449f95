import type { QueryNode } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { describeToken, type Token } from './tokens.ts';

type Joiner = 'and' | 'or';

const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not']);

/** `and`, `or` or `not` where it is a word of the language: in any case, not quoted, not the name of a field. */
export function keywordAt(cursor: Cursor, ahead = 0): string | undefined {
  const token = cursor.peek(ahead);
  if (token.type !== 'word' || cursor.peek(ahead + 1).type === 'operator') return undefined;
  const word = token.text.toLowerCase();
  return KEYWORDS.has(word) ? word : undefined;
}

/**
 * Terms joined by `and`, by `or`, or by standing side by side, up to a closing parenthesis or the end. Both kinds of
 * joining in one list are refused: people and languages disagree on which binds tighter, and one reading deletes more.
 * @param readTerm reads one term, after its `not`s. @param skip called between terms, for what is none.
 * @returns undefined when there is no term.
 * @throws QueryError QUERY_LEGACY_SYNTAX, or what `readTerm` throws
 */
export function readJoined(
  cursor: Cursor,
  readTerm: () => QueryNode,
  skip: () => void = () => {},
): QueryNode | undefined {
  const first = cursor.peek();
  const nodes: QueryNode[] = [];
  let joined: Joiner | undefined;
  skip();
  while (!atEnd(cursor)) {
    const at = cursor.peek();
    if (nodes.length > 0) joined = assertSame(cursor, joined, readJoiner(cursor), at);
    nodes.push(readNegated(cursor, readTerm));
    skip();
  }
  const queries = joined === 'or' ? nodes : mergeWords(nodes);
  const [only] = queries;
  if (only === undefined || queries.length === 1) return only;
  cursor.countNode(first);
  return { type: joined ?? 'and', negate: false, queries };
}

function atEnd(cursor: Cursor): boolean {
  const { type } = cursor.peek();
  return type === 'end' || type === 'close';
}

function readJoiner(cursor: Cursor): Joiner {
  const keyword = keywordAt(cursor);
  if (keyword !== 'and' && keyword !== 'or') return 'and';
  cursor.take();
  return keyword;
}

function assertSame(cursor: Cursor, joined: Joiner | undefined, joiner: Joiner, at: Token): Joiner {
  if (joined === undefined || joined === joiner) return joiner;
  const reason =
    'Terms are joined by "or" and, here or before, by "and" or by standing side by side. Which belongs together can be ' +
    'read in two ways: put parentheses around it, e.g. (a or b) c.';
  throw cursor.refuse(reason, at);
}

function readNegated(cursor: Cursor, readTerm: () => QueryNode): QueryNode {
  let negate = false;
  while (keywordAt(cursor) === 'not' || cursor.peek().type === 'minus') {
    cursor.take();
    negate = !negate;
  }
  const keyword = keywordAt(cursor);
  if (keyword !== undefined || atEnd(cursor)) {
    const reason = `Found ${describeToken(cursor.peek())} where a term should stand. To search for the words and, or, not put quotes around them.`;
    throw cursor.refuse(reason);
  }
  const node = readTerm();
  return negate ? { ...node, negate: !node.negate } : node;
}

/** Words side by side become one text to search for: it means the same, and is looked for once. */
function mergeWords(nodes: readonly QueryNode[]): readonly QueryNode[] {
  const words = nodes.filter(isPlainWord);
  const [first] = words;
  if (first === undefined || words.length === 1) return nodes;
  const merged: QueryNode = { ...first, value: words.map(({ value }) => value).join(' ') };
  return nodes.flatMap((node): readonly QueryNode[] =>
    node === first ? [merged] : isPlainWord(node) ? [] : [node],
  );
}

function isPlainWord(node: QueryNode): node is QueryNode<'text'> {
  return node.type === 'text' && node.mode === 'full_words' && !node.negate;
}
