import { describe, expect, it } from 'vitest';
import { formatCount, formatSeconds } from './figures.ts';
import { formatTable } from './table.ts';

describe('figures', () => {
  it('are as long as a person needs', () => {
    expect([0, 999, 1234.6, 20_000_000].map(formatCount)).toEqual(['0', '999', '1,235', '20,000,000']);
    expect([0, 0.419, 12.34, 59.9, 125].map(formatSeconds)).toEqual([
      '0.00 s',
      '0.42 s',
      '12.3 s',
      '59.9 s',
      '2 min 05 s',
    ]);
  });
});

describe('formatTable', () => {
  it('aligns columns and leaves no spaces at the ends', () => {
    expect(
      formatTable(
        ['ID', 'NAME'],
        [
          ['a', 'first key'],
          ['bcd', ''],
        ],
      ),
    ).toEqual(['ID   NAME', 'a    first key', 'bcd']);
  });
});
