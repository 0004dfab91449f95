import { QUERY_LIMITS } from '../limits.ts';
import { refusal, type Source } from './context.ts';
import { describeToken, readTokens, type Token } from './tokens.ts';

/** Parentheses inside parentheses. Each becomes two nodes at most, so that the tree stays within the limit of depth. */
const MAX_NESTING = 25;

/** Walks over the pieces of a legacy query. The only thing that parsing one changes. */
export class Cursor {
  readonly source: Source;
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #next = 0;
  #nesting = 0;
  #nodes = 0;

  /** @throws QueryError for what cannot be cut into pieces. */
  constructor(source: Source) {
    this.source = source;
    this.#tokens = readTokens(source);
    this.#end = { type: 'end', text: '', start: source.text.length, end: source.text.length };
  }

  /** The piece `ahead` of the next one; past the end, the end. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? this.#end;
  }

  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Whether the next piece follows the one before without a space. */
  touches(): boolean {
    return this.peek().type !== 'end' && this.#tokens[this.#next - 1]?.end === this.peek().start;
  }

  /**
   * Reads what stands in parentheses, the opening one being next.
   * @throws QueryError QUERY_TOO_DEEP, QUERY_LEGACY_SYNTAX when they hold nothing or are not closed
   */
  inParentheses<T>(read: () => T): T {
    const open = this.take();
    if (this.#nesting >= MAX_NESTING) {
      const reason = `Parentheses are nested more than ${MAX_NESTING} levels deep.`;
      throw refusal(this.source, open.start, 'QUERY_TOO_DEEP', reason);
    }
    if (this.peek().type === 'close') throw this.refuse('Nothing stands in these parentheses.', open);
    this.#nesting += 1;
    const found = read();
    this.#nesting -= 1;
    const close = this.take();
    if (close.type === 'close') return found;
    if (close.type === 'end') throw this.refuse('This parenthesis is never closed. Close it by ")".', open);
    throw this.refuse(`Found ${describeToken(close)} where ")" should stand.`, close);
  }

  /** Counts a node that is about to be made. @throws QueryError QUERY_TOO_LARGE */
  countNode(at: Token): void {
    this.#nodes += 1;
    if (this.#nodes <= QUERY_LIMITS.nodes) return;
    const reason = `The query has more than ${QUERY_LIMITS.nodes.toLocaleString('en')} terms and parentheses.`;
    throw refusal(this.source, at.start, 'QUERY_TOO_LARGE', reason);
  }

  /** @returns the error for what does not fit the grammar at `token`. */
  refuse(reason: string, token: Token = this.peek()) {
    return refusal(this.source, token.start, 'QUERY_LEGACY_SYNTAX', reason);
  }
}
