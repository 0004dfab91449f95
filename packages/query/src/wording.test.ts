import { describe, expect, it } from 'vitest';
import { describeValue, findNearest, listAllowed, quote } from './wording.ts';

describe('describeValue', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['a "b"', '"a \\"b\\""'],
    [1.5, '1.5'],
    [true, 'true'],
    [[], 'an empty list'],
    [[1], 'a list'],
    [{}, 'an object'],
    [Symbol('x'), 'a symbol'],
  ])('puts %o into words', (value, expected) => {
    expect(describeValue(value)).toBe(expected);
  });
});

describe('quote', () => {
  it('cuts a long text without splitting a character', () => {
    expect(quote('x'.repeat(1_000_000))).toBe(`"${'x'.repeat(60)}…"`);
    expect(quote('😀'.repeat(61))).toBe(`"${'😀'.repeat(60)}…"`);
    expect(quote('😀'.repeat(60))).toBe(`"${'😀'.repeat(60)}"`);
  });
});

describe('findNearest', () => {
  const modes = ['full_words', 'phrase', 'exact_value'];
  it.each([
    ['full_word', 'full_words'],
    ['FULL_WORDS', 'full_words'],
    ['frase', 'phrase'],
    ['exact', undefined],
    ['', undefined],
    [5, undefined],
    ['x'.repeat(1_000_000), undefined],
  ])('takes %s for %s', (given, expected) => {
    expect(findNearest(given, modes)).toBe(expected);
  });
});

describe('listAllowed', () => {
  it('names what is allowed and what was probably meant', () => {
    expect(listAllowed('ande', ['and', 'or'])).toBe('Allowed: and, or. Did you mean "and"?');
    expect(listAllowed('x', [])).toBe('Allowed: none.');
  });

  it('names the first of very many, and the one that was probably meant wherever it stands', () => {
    const names = Array.from({ length: 190 }, (_, index) => `field_${index}_of_many`);
    const sentence = listAllowed('field_189_of_mani', names);
    expect(sentence).toContain('field_39_of_many and 150 others. Did you mean "field_189_of_many"?');
    expect(sentence).not.toContain('field_40_of_many');
  });
});
