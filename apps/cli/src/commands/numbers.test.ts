import { describe, expect, it } from 'vitest';
import { parseWholeNumber } from './numbers.ts';

describe('parseWholeNumber', () => {
  it('understands digits, also in groups', () => {
    expect(['0', '42', '20000', '20_000', '1,000,000'].map(parseWholeNumber)).toEqual([
      0, 42, 20_000, 20_000, 1_000_000,
    ]);
  });

  it.each(['', '-1', '1.5', '1e3', '1,0', 'many', '99999999999'])('refuses %j', (text) => {
    expect(() => parseWholeNumber(text)).toThrow(/whole number/);
  });
});
