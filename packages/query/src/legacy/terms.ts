import type { QueryNode } from '../ast.ts';
import { hasWords } from '../parse/searched-text.ts';
import { quote } from '../wording.ts';
import { type Level, refusal } from './context.ts';
import type { Cursor } from './cursor.ts';
import { readFieldTerm } from './field-term.ts';
import { readJoined } from './joined.ts';
import { nodeOfRelated } from './related.ts';
import { describeToken, type Token } from './tokens.ts';
import { findTypes, resolveType } from './type-names.ts';

/** One term: in parentheses, a field and its value, objects related to these, or words to search for. */
export function readTerm(cursor: Cursor, level: Level): QueryNode {
  const token = cursor.peek();
  cursor.countNode(token);
  if (token.type === 'open') return cursor.inParentheses(() => readInner(cursor, level));
  if (token.type === 'operator') {
    throw cursor.refuse(`Found ${describeToken(token)} without the name of a field before it.`);
  }
  if (cursor.peek(1).type === 'operator') return readFieldTerm(cursor, level);
  cursor.take();
  if (cursor.peek().type !== 'open') return textOf(level, token);
  if (!cursor.touches()) return beforeParenthesis(level, token);
  return readRelated(cursor, level, token);
}

/** The terms in parentheses, or in those of related objects. There is at least one. */
function readInner(cursor: Cursor, level: Level): QueryNode {
  const node = readJoined(cursor, () => readTerm(cursor, level));
  if (node) return node;
  throw cursor.refuse('Nothing stands in these parentheses.');
}

/** `call(direction:inbound)`: one related object meets all of it. */
function readRelated(cursor: Cursor, level: Level, token: Token): QueryNode {
  if (token.type === 'quoted') {
    throw cursor.refuse('A parenthesis touches a quoted text. Put a space between the two.');
  }
  const type = resolveType(level, token);
  const inner = cursor.inParentheses(() => readInner(cursor, { ...level, type }));
  return nodeOfRelated(level, type, inner, token);
}

/** A space makes the difference between a word and a condition on related objects: too little to guess. */
function beforeParenthesis(level: Level, token: Token): QueryNode {
  if (token.type === 'quoted' || findTypes(level.catalog, token.text).length === 0)
    return textOf(level, token);
  const reason =
    `${quote(token.text)} is a kind of objects. For related ones write ${token.text}(…) without a space; to search ` +
    `for the word put quotes around it.`;
  throw refusal(level.source, token.start, 'QUERY_LEGACY_SYNTAX', reason);
}

function textOf({ source }: Level, { type, text, start }: Token): QueryNode {
  if (type === 'word' && text === '*') return { type: 'match_all', negate: false };
  const isPrefix = type === 'word' && text.endsWith('*');
  const value = isPrefix ? text.slice(0, -1) : text;
  if (!hasWords(value)) {
    const reason = `${quote(text)} holds no letter and no digit, so that nothing could be found by it.`;
    throw refusal(source, start, 'QUERY_TEXT_WITHOUT_WORDS', reason);
  }
  const mode = type === 'quoted' ? 'phrase' : isPrefix ? 'beginning_of_words' : 'full_words';
  return { type: 'text', negate: false, mode, value };
}
