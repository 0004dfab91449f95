import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { TextMode } from '../ast.ts';
import type { Level } from './level.ts';

type TextMatch = (value: RawBuilder<unknown>, text: string) => RawBuilder<SqlBool>;

/** What every locale takes for a part of a word. */
const WORD = /[0-9a-z]/i;

/**
 * One function a mode, on the SQL functions of the database's text search migration: what a word is, is decided
 * there alone, for stored values and searched ones alike.
 */
const MODES: { readonly [M in TextMode]: TextMatch } = {
  full_words: (value, text) => sql`winnow_tsvector(${value}) @@ winnow_all_words(${text})`,
  beginning_of_words: (value, text) => sql`winnow_tsvector(${value}) @@ winnow_all_word_starts(${text})`,
  // The words narrow the search by an index, here and for the exact value; the text is then compared on what is left.
  // Words hold letters and digits only, so no % or _ of the client reaches the pattern.
  phrase: (value, text) =>
    sql`(winnow_tsvector(${value}) @@ winnow_all_words(${text}) and winnow_words(${value}) like '%' || winnow_words(${text}) || '%')`,
  exact_value: (value, text) =>
    WORD.test(text)
      ? sql`(winnow_tsvector(${value}) @@ winnow_all_words(${text}) and lower(btrim(${value})) = lower(btrim(${text})))`
      : sql`lower(btrim(${value})) = lower(btrim(${text}))`,
};

/** True where `value` matches `text`. */
export function matchText(mode: TextMode, value: RawBuilder<unknown>, text: string): RawBuilder<SqlBool> {
  return MODES[mode](value, text);
}

/**
 * The check refuses texts without words, but which characters are letters is the database's to say, and by its
 * locale. Where it finds no word the comparison is null, and negated it would match everything: the whole statement
 * then matches nothing. Every locale knows ASCII, so that ordinary texts need no guard.
 */
export function guardWords(mode: TextMode, text: string, { guards }: Level): void {
  if (mode === 'exact_value' || WORD.test(text.normalize('NFKD'))) return;
  guards.push(sql<SqlBool>`winnow_all_words(${text}) is not null`);
}

/**
 * Narrows a text condition on a custom field by the index over the words of all custom values of a row, which leaves
 * out rows without any; `matches` is then looked at in what is left.
 */
export function narrowByCustomWords(
  mode: TextMode,
  text: string,
  custom: RawBuilder<unknown>,
  matches: RawBuilder<SqlBool>,
): RawBuilder<SqlBool> {
  if (mode === 'exact_value' && !WORD.test(text)) return matches;
  const words =
    mode === 'beginning_of_words' ? sql`winnow_all_word_starts(${text})` : sql`winnow_all_words(${text})`;
  return sql<SqlBool>`(${custom} <> '{}' and winnow_custom_tsvector(${custom}) @@ ${words} and ${matches})`;
}
