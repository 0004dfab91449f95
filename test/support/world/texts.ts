import fc from 'fast-check';

/**
 * Words that are hard on text search: accents composed and combining, letters of other scripts, ligatures, letters
 * whose case is irregular, patterns, quotes, SQL. Few, so that records and queries meet.
 */
export const VOCABULARY = [
  ...['acme', 'ACME', 'Acme', 'inc', 'Inc.', 'incorporated', 'glob', 'Globex', 'corp', 'the', 'a', 'x'],
  ...['Café', 'CAFE', 'cafe\u0301', 'Straße', 'STRASSE', 'ÜNÏTED', 'united', 'øre', 'ore', 'ﬁn', 'fin'],
  ...['İstanbul', 'istanbul', 'ΣΊΣΥΦΟΣ', 'σίσυφος', '北京', '北京市', 'Акме', 'АКМЕ', 'ⅷ', '²', '2', '2nd'],
  ...['100%', 'off_sale', '%', '_', "O'Neil", 'co-op', 'bruce@wayne.test', 'wayne', 'test', 'a&b', '"x"'],
  ...["'; drop table lead; --", '\\', '$1', '😀', 'import-2026/17', '17'],
  // Words are compared by their first 200 characters.
  ...[`${'w'.repeat(200)}a`, `${'w'.repeat(200)}b`, 'w'.repeat(199)],
] as const;

const separator = fc.constantFrom(' ', ' ', ' ', ', ', '-', '_', '%', '\t', '\n', '\u00a0', '/', '  ');

/** A few words, more or less cleanly apart. */
const words = fc
  .array(fc.tuple(separator, fc.constantFrom(...VOCABULARY)), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([before, word], index) => (index === 0 ? word : before + word)).join(''));

/** Any text that Postgres can keep. */
const anything = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', ''));

/** What may stand in a text column. */
export const storedText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: words },
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: words.map((text) => `  ${text} `) },
  { weight: 1, arbitrary: fc.constant('   ') },
  { weight: 2, arbitrary: anything },
);

/** A text or nothing. */
export const optionalText: fc.Arbitrary<string | null> = fc.option(storedText, { freq: 4 });
