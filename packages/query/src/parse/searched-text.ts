import { TEXT_MODES, type TextMode } from '../ast.ts';
import { QueryError } from '../errors.ts';
import type { Reader } from './reader.ts';

/** As close to Postgres' [:alnum:] as JavaScript comes: what winnow_words makes words of. */
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Whether there is anything in the text that words are compared by. */
export function hasWords(text: string): boolean {
  return LETTER_OR_DIGIT.test(text.normalize('NFKD'));
}

/**
 * `mode` and `value` of something that looks for text. A text by which nothing can be found is refused: negated, it
 * would match everything.
 * @throws QueryError QUERY_TEXT_WITHOUT_WORDS too
 */
export function readSearchedText(reader: Reader): { readonly mode: TextMode; readonly value: string } {
  const mode = reader.oneOf('mode', TEXT_MODES);
  const value = reader.text('value');
  const { path } = reader.at('value');
  if (mode === 'exact_value') {
    if (value.trim() !== '') return { mode, value };
    const reason =
      'The text is blank. For objects without a value use {"type": "exists"} and "negate": true.';
    throw new QueryError('QUERY_TEXT_WITHOUT_WORDS', path, reason);
  }
  if (hasWords(value)) return { mode, value };
  const reason = `The mode "${mode}" compares words, and this text holds no letter and no digit. Use "exact_value".`;
  throw new QueryError('QUERY_TEXT_WITHOUT_WORDS', path, reason);
}
