import type { Condition, ConditionType, NumberBounds, TextMode } from '../ast.ts';
import type { Spoken } from './context.ts';
import type { SpokenField } from './fields.ts';
import { isTwoSided, sayMomentRange } from './moments.ts';
import { titleOf } from './titles.ts';
import { joinWords, listed, quoted } from './words.ts';

interface Saying {
  readonly field: SpokenField;
  readonly spoken: Spoken;
  /** The opposite is to be said. */
  readonly negate: boolean;
}

/** What is said of a field: `is set`, `does not contain the word “x”`. */
const CONDITIONS: {
  readonly [T in ConditionType]: (condition: Condition<T>, saying: Saying) => string;
} = {
  text: ({ mode, value }, { negate }) => sayText(mode, value, negate),
  boolean: ({ value }, { negate }) => `${is(negate)} ${value ? 'yes' : 'no'}`,
  exists: (_, { negate }) => `${is(negate)} set`,
  term: ({ values }, saying) =>
    sayOneOf(
      values.map((value) => sayValue(value, saying)),
      saying.negate,
    ),
  reference: ({ objectIds }, saying) =>
    sayOneOf(
      objectIds.map((id) => titleOf(saying.field.target ?? '', id, saying.spoken)),
      saying.negate,
    ),
  current_user: (_, { negate }) => `${is(negate)} the user who asked`,
  number_range: (bounds, { negate }) => sayNumbers(bounds, negate),
  moment_range: (range, { negate }) =>
    `${is(negate)} ${negate && isTwoSided(range) ? 'both ' : ''}${sayMomentRange(range)}`,
  local_time: ({ onOrAfter, before }, { negate }) => {
    const sides = [
      ...(onOrAfter === null ? [] : [`on or after ${onOrAfter}`]),
      ...(before === null ? [] : [`before ${before}`]),
    ];
    return `${is(negate)} ${negate && sides.length > 1 ? 'both ' : ''}${joinWords(sides, 'and')}`;
  },
};

/** A condition in words, to stand behind the field's. Total: every condition has words. */
export function sayCondition<T extends ConditionType>(condition: Condition<T>, saying: Saying): string {
  return CONDITIONS[condition.type](condition, saying);
}

/** `contains the words “a b”`, to stand behind what has the text; `has` of several is `have`. */
export function sayText(mode: TextMode, value: string, negate: boolean): string {
  const text = quoted(value.trim());
  const isOne = !/\s/.test(value.trim());
  switch (mode) {
    case 'full_words': {
      const words = isOne ? 'the word' : `${negate ? 'all ' : ''}the words`;
      return `${negate ? 'does not contain' : 'contains'} ${words} ${text}`;
    }
    case 'phrase':
      return `${negate ? 'does not contain' : 'contains'} the phrase ${text}`;
    case 'beginning_of_words':
      return isOne
        ? `${negate ? 'contains no word' : 'contains a word'} that begins with ${text}`
        : `${negate ? 'does not contain words that begin with all of' : 'contains words that begin with'} ${text}`;
    case 'exact_value':
      return `${is(negate)} ${text}`;
  }
}

/** `is a`, `is a or b`, `is none of a, b and 5 others`. */
export function sayOneOf(items: readonly string[], negate: boolean): string {
  if (items.length < 2) return `${is(negate)} ${items[0] ?? 'any of nothing'}`;
  if (negate) return `is neither ${listed(items, 'nor')}`;
  return items.length === 2 ? `is ${listed(items, 'or')}` : `is one of ${listed(items, 'and')}`;
}

function is(negate: boolean): string {
  return negate ? 'is not' : 'is';
}

function sayValue(value: string | number | boolean, { field, spoken }: Saying): string {
  if (typeof value === 'number') return sayNumber(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field.target !== undefined) return titleOf(field.target, value, spoken);
  return quoted(value);
}

function sayNumber(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 20 });
}

const SIDES: readonly (readonly [keyof NumberBounds, string])[] = [
  ['gt', 'more than'],
  ['gte', 'at least'],
  ['lt', 'less than'],
  ['lte', 'at most'],
];

function sayNumbers(bounds: NumberBounds, negate: boolean): string {
  const { gt, gte, lt, lte } = bounds;
  if (gt === null && lt === null && gte !== null && gte === lte) return `${is(negate)} ${sayNumber(gte)}`;
  const sides = SIDES.flatMap(([side, words]) => {
    const bound = bounds[side];
    return bound === null ? [] : [`${words} ${sayNumber(bound)}`];
  });
  if (sides.length === 0) return `${is(negate)} any number`;
  return `${is(negate)} ${negate && sides.length > 1 ? 'both ' : ''}${joinWords(sides, 'and')}`;
}
