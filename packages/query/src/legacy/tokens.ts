import { QUERY_LIMITS } from '../limits.ts';
import { quote } from '../wording.ts';
import { refusal, type Source } from './context.ts';

export type TokenType = 'word' | 'quoted' | 'operator' | 'minus' | 'open' | 'close' | 'end';

/** A piece of the text. `text` of a quoted one is what stands between the quotes, `\"` and `\\` resolved. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Characters that Postgres cannot store: NUL, and halves of a surrogate pair. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const SPACE = /\s+/y;
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y;
const OPERATOR = /[<>!]=|[<>=:]/y;
/** Dates with a time, and addresses of the web: words in which colons are no operators. */
const WITH_COLONS = /(?:\d{4}-\d\d-\d\dT\d\d:|[A-Za-z][A-Za-z0-9.+-]*:\/\/)[^\s()"<>=]*/y;
const WORD = /(?:[^\s()"<>=:!]|!(?!=))+/y;

/**
 * What other search languages give a meaning to and this one does not, and what editors and keyboards write in place
 * of `-`, `"`, `:` and parentheses. Taken for letters they would silently match other objects than were meant.
 */
const FOREIGN_START = /^['+&!‘’‚‹›`‐‑‒–—−]/u;
const FOREIGN_ANYWHERE = /[~^|?[\]{}\\;“”„«»（）：；＂＊＝＜＞]/u;

/**
 * Text -> its pieces, the last of type `end`. Linear in the length of the text.
 * @throws QueryError QUERY_TOO_LARGE, QUERY_MALFORMED_TEXT, QUERY_LEGACY_SYNTAX
 */
export function readTokens(source: Source): readonly Token[] {
  const { text } = source;
  assertReadable(source);
  const tokens: Token[] = [];
  let offset = skipSpace(text, 0);
  while (offset < text.length) {
    const token = readToken(source, offset, tokens.at(-1));
    tokens.push(token);
    offset = skipSpace(text, token.end);
  }
  return [...tokens, { type: 'end', text: '', start: text.length, end: text.length }];
}

/** What stands at a token, in words for a message. */
export function describeToken({ type, text }: Token): string {
  if (type === 'end') return 'the end of the query';
  return type === 'quoted' ? `the text ${quote(text)}` : quote(text);
}

function assertReadable(source: Source): void {
  const { text } = source;
  const allowed = QUERY_LIMITS.textCharacters;
  if (text.length > allowed) {
    const reason = `The query goes on after ${allowed.toLocaleString('en')} characters, which is the limit.`;
    throw refusal(source, allowed, 'QUERY_TOO_LARGE', reason);
  }
  const unstorable = text.search(UNSTORABLE);
  if (unstorable < 0) return;
  const reason = 'This is a NUL or half a surrogate pair, which no stored value can hold.';
  throw refusal(source, unstorable, 'QUERY_MALFORMED_TEXT', reason);
}

function readToken(source: Source, start: number, previous: Token | undefined): Token {
  const { text } = source;
  const first = text.charAt(start);
  if (first === '(' || first === ')') {
    return { type: first === '(' ? 'open' : 'close', text: first, start, end: start + 1 };
  }
  if (first === '"') return readQuoted(source, start, previous);
  const operator = match(OPERATOR, text, start);
  if (operator) return { type: 'operator', text: operator[0], start, end: start + operator[0].length };
  // After an operator it is the sign of a number.
  if (first === '-' && previous?.type !== 'operator') return readMinus(source, start);
  return readWord(source, start);
}

function readQuoted(source: Source, start: number, previous: Token | undefined): Token {
  const found = match(QUOTED, source.text, start);
  if (!found) {
    const reason = 'This quotation mark is never closed. Close it by another ".';
    throw refusal(source, start, 'QUERY_LEGACY_SYNTAX', reason);
  }
  const end = start + found[0].length;
  const glued = previous?.end === start && (previous.type === 'word' || previous.type === 'quoted');
  if (glued || /[^\s()<>=:!]/.test(source.text.charAt(end))) {
    const reason =
      'A quoted text touches what stands beside it. Put a space or an operator between the two; a quotation mark ' +
      'inside a text is written \\".';
    throw refusal(source, glued ? start : end, 'QUERY_LEGACY_SYNTAX', reason);
  }
  return { type: 'quoted', text: (found[1] ?? '').replace(/\\(["\\])/g, '$1'), start, end };
}

function readMinus(source: Source, start: number): Token {
  if (/^-[^\s)]/.test(source.text.slice(start, start + 2))) {
    return { type: 'minus', text: '-', start, end: start + 1 };
  }
  const reason =
    'A minus excludes what follows it at once, and nothing does. Put it right before a term, or quotes around it.';
  throw refusal(source, start, 'QUERY_LEGACY_SYNTAX', reason);
}

function readWord(source: Source, start: number): Token {
  const found = match(WITH_COLONS, source.text, start) ?? match(WORD, source.text, start);
  const text = found?.[0] ?? source.text.charAt(start);
  assertPlain(source, text, start);
  return { type: 'word', text, start, end: start + text.length };
}

/** @throws QueryError QUERY_LEGACY_SYNTAX for a word with characters that must be quoted. */
function assertPlain(source: Source, word: string, start: number): void {
  const star = word.indexOf('*');
  if (star >= 0 && star < word.length - 1) {
    const reason = `In ${quote(word)} a star stands inside a word. It may only end one, e.g. acm*, or stand alone for everything.`;
    throw refusal(source, start + star, 'QUERY_LEGACY_SYNTAX', reason);
  }
  const foreign = FOREIGN_START.test(word) ? 0 : word.search(FOREIGN_ANYWHERE);
  if (foreign < 0) return;
  const character = Array.from(word.slice(foreign))[0] ?? '';
  const reason =
    `In ${quote(word)} the character ${quote(character)} has no meaning in this language. To search for the text put ` +
    'straight double quotes around it.';
  throw refusal(source, start + foreign, 'QUERY_LEGACY_SYNTAX', reason);
}

function skipSpace(text: string, offset: number): number {
  return offset + (match(SPACE, text, offset)?.[0].length ?? 0);
}

function match(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}
