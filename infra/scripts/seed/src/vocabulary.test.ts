import { describe, expect, it } from 'vitest';
import * as vocabulary from './vocabulary.ts';

const words = Object.values(vocabulary)
  .flat(2)
  .map((entry) => (typeof entry === 'string' ? entry : entry.text));

describe('the vocabulary', () => {
  it('holds no control characters', () => {
    expect(words.length).toBeGreaterThan(200);
    expect(words.filter((word) => /[\t\n\r\\]/.test(word))).toEqual([]);
  });

  it('has for each name a form that fits an Internet domain', () => {
    for (const { ascii } of [...vocabulary.COMPANY_NAMES, ...vocabulary.LAST_NAMES])
      expect(ascii).toMatch(/^[a-z0-9]+$/);
  });
});
