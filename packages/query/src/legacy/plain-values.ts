import type { QueryNode } from '../ast.ts';
import { hasWords } from '../parse/searched-text.ts';
import { quote } from '../wording.ts';
import { type Asked, assertEquals, on, refuseValue } from './asked.ts';
import { refusal } from './context.ts';

/** Words, a phrase or beginnings of words; by `=` the whole value. @throws QueryError QUERY_TEXT_WITHOUT_WORDS */
export function nodeOfText(asked: Asked): QueryNode {
  assertEquals(asked);
  const { value, operator } = asked;
  const isPrefix = value.type === 'word' && value.text.endsWith('*');
  if (operator === '=') {
    if (isPrefix)
      throw refuseValue(asked, '"=" compares the whole value; words that begin so are asked for by ":".');
    return on(asked, {
      type: 'text',
      mode: 'exact_value',
      value: searched(asked, value.text, 'exact_value'),
    });
  }
  const mode = value.type === 'quoted' ? 'phrase' : isPrefix ? 'beginning_of_words' : 'full_words';
  const text = isPrefix ? value.text.slice(0, -1) : value.text;
  return on(asked, { type: 'text', mode, value: searched(asked, text, mode) });
}

function searched({ level, value }: Asked, text: string, mode: string): string {
  if (mode === 'exact_value' ? text.trim() !== '' : hasWords(text)) return text;
  const reason =
    `${quote(value.text)} holds no letter and no digit, so that no word is found by it. "=" compares the whole value; ` +
    'objects without a value are found by not field:*.';
  throw refusal(level.source, value.start, 'QUERY_TEXT_WITHOUT_WORDS', reason);
}

const BOOLEANS: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false };

/** `yes`, `no`, `true` or `false`. @throws QueryError QUERY_UNKNOWN_VALUE */
export function readBoolean(asked: Asked): boolean {
  assertEquals(asked);
  const word = asked.value.text.toLowerCase();
  const found = Object.hasOwn(BOOLEANS, word) ? BOOLEANS[word] : undefined;
  if (found === undefined) throw refuseValue(asked, 'Allowed: yes, no, true, false.');
  return found;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/;

/** A number, compared. @throws QueryError QUERY_UNKNOWN_VALUE, QUERY_NUMBER_OUT_OF_RANGE */
export function nodeOfNumber(asked: Asked): QueryNode {
  const { value, operator, level } = asked;
  const number = NUMBER.test(value.text) ? Number(value.text) + 0 : Number.NaN;
  if (Number.isNaN(number)) throw refuseValue(asked, 'Write a number such as 12, -3 or 0.5.');
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER) {
    throw refusal(level.source, value.start, 'QUERY_NUMBER_OUT_OF_RANGE', 'The number is too large.');
  }
  const none = { gt: null, gte: null, lt: null, lte: null };
  const bounds = {
    ':': { gte: number, lte: number },
    '=': { gte: number, lte: number },
    '>': { gt: number },
    '>=': { gte: number },
    '<': { lt: number },
    '<=': { lte: number },
  }[operator];
  return on(asked, { type: 'number_range', ...none, ...bounds });
}
