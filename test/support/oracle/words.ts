import type { TextMode } from '@winnow/query';

/** Of very long texts only the beginning is searched, and of very long words only the beginning compared. */
const SEARCHED_CHARACTERS = 250_000;
const COMPARED_CHARACTERS = 200;

/** What the server's locale (C.UTF-8) calls a letter or a digit: digits of other scripts are none. */
const WORD = /[\p{Alphabetic}0-9]+/gu;
const ACCENTS = /[\u0300-\u036f]/g;

const known = new Map<string, readonly string[]>();

/** The words of a text: runs of letters and digits, case and accents taken away. */
export function wordsOf(text: string): readonly string[] {
  const cached = known.get(text);
  if (cached) return cached;
  const plain = [...text].slice(0, SEARCHED_CHARACTERS).join('').normalize('NFKD').replace(ACCENTS, '');
  const words = lowerCase(plain).match(WORD) ?? [];
  known.set(text, words);
  return words;
}

/** Whether the words of `value`, or all of it, are what `text` asks for. A `text` without words never matches. */
export function matchesText(mode: TextMode, value: string, text: string): boolean {
  return MODES[mode](value, text);
}

const MODES: { readonly [M in TextMode]: (value: string, text: string) => boolean } = {
  full_words: (value, text) => everyWord(value, text, (word, sought) => word === sought),
  beginning_of_words: (value, text) => everyWord(value, text, (word, sought) => word.startsWith(sought)),
  phrase(value, text) {
    const sought = wordsOf(text);
    const words = wordsOf(value);
    if (sought.length === 0) return false;
    return words.some((_, start) => sought.every((word, offset) => words[start + offset] === word));
  },
  exact_value: (value, text) => lowerCase(trimSpaces(value)) === lowerCase(trimSpaces(text)),
};

function everyWord(value: string, text: string, fits: (word: string, sought: string) => boolean): boolean {
  const words = wordsOf(value).map(cut);
  const sought = wordsOf(text).map(cut);
  return sought.length > 0 && sought.every((one) => words.some((word) => fits(word, one)));
}

const cut = (word: string): string => [...word].slice(0, COMPARED_CHARACTERS).join('');

const trimSpaces = (text: string): string => text.replace(/^ +| +$/g, '');

/** One character for one: a capital sigma becomes the ordinary small one wherever it stands. */
function lowerCase(text: string): string {
  return Array.from(text, (character) => {
    if (character === '\u0130') return 'i';
    const lower = character.toLowerCase();
    return [...lower].length === 1 ? lower : character;
  }).join('');
}
