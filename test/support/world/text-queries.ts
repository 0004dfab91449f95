import type { TextMode } from '@winnow/query';
import fc from 'fast-check';
import { wordsOf } from '../oracle/words.ts';
import { VOCABULARY } from './texts.ts';

const MODES: readonly TextMode[] = ['full_words', 'phrase', 'beginning_of_words', 'exact_value'];
/** For what no text can be made of. */
const FALLBACK = 'acme';

/** Ways in which people write something again that stands in a record. */
const REWRITINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.normalize('NFD'),
  (text) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, ''),
  (text) => ` ${text}  `,
  (text) => text.replaceAll(' ', ' , '),
];

/** A mode, and a text to search for: often a part of what stands in the records. */
export function searchedText(samples: readonly string[]): fc.Arbitrary<readonly [TextMode, string]> {
  const stored = samples.length === 0 ? fc.constant(FALLBACK) : fc.constantFrom(...samples);
  const rewritten = fc.tuple(stored, fc.constantFrom(...REWRITINGS)).map(([text, rewrite]) => rewrite(text));
  const part = fc
    .tuple(rewritten, fc.nat(5), fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.nat(3))
    .map(([text, from, length, isReversed, cut]) => {
      const words = text.split(/\s+/).filter((word) => word !== '');
      const chosen = words.slice(words.length === 0 ? 0 : from % words.length).slice(0, length);
      const ordered = isReversed ? chosen.toReversed() : chosen;
      return cut === 0 ? ordered.map((word) => [...word].slice(0, 3).join('')).join(' ') : ordered.join(' ');
    });
  const invented = fc
    .array(fc.constantFrom(...VOCABULARY), { minLength: 1, maxLength: 2 })
    .map((words) => words.join(' '));
  const text = fc.oneof(
    { weight: 3, arbitrary: rewritten },
    { weight: 5, arbitrary: part },
    { weight: 2, arbitrary: invented },
  );
  return fc.tuple(fc.constantFrom(...MODES), text).map(([mode, value]) => [mode, searchable(mode, value)]);
}

/** Texts in which the parser, or the database, finds nothing to search for are other tests' business. */
function searchable(mode: TextMode, text: string): string {
  if (mode === 'exact_value') return text.trim() === '' ? FALLBACK : text;
  const terms = text.split(/\s+/u);
  const isPlain = terms.every(
    (term) => wordsOf(term).length > 0 === /[\p{L}\p{N}]/u.test(term.normalize('NFKD')),
  );
  return isPlain && wordsOf(text).length > 0 ? text : FALLBACK;
}
