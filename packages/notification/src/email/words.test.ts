import { CRM_CATALOG } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { labelOf, sayCount, sayDuration, sayMoment } from './words.ts';

describe('sayDuration', () => {
  it.each([
    [0, 'less than a second'],
    [999, 'less than a second'],
    [1_000, '1 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [61_000, '1 min 1 s'],
    [3_599_000, '59 min 59 s'],
    [3_600_000, '1 h'],
    [90_061_000, '25 h 1 min'],
  ])('says %i ms as "%s"', (durationMs, words) => {
    expect(sayDuration(durationMs)).toBe(words);
  });
});

describe('sayMoment', () => {
  it('says a stamp in UTC, wherever the machine stands, and nothing for what is no stamp', () => {
    expect(sayMoment('2026-11-22T23:59:30.000000+00:00')).toBe('22 Nov 2026, 23:59 UTC');
    expect(sayMoment('2026-11-22T23:59:30.000000-02:00')).toBe('23 Nov 2026, 01:59 UTC');
    expect(sayMoment('')).toBe('');
  });
});

describe('sayCount', () => {
  it('uses the singular for one and groups the digits', () => {
    expect(sayCount(1, labelOf(CRM_CATALOG, 'opportunity'))).toBe('1 opportunity');
    expect(sayCount(0, labelOf(CRM_CATALOG, 'lead'))).toBe('0 leads');
    expect(sayCount(2473, labelOf(CRM_CATALOG, 'deal'))).toBe('2,473 opportunities');
  });
});

describe('labelOf', () => {
  it('knows names of bulk objects, names in queries, and gives an unknown name back', () => {
    expect(labelOf(CRM_CATALOG, 'call')).toEqual(labelOf(CRM_CATALOG, 'activity.call'));
    expect(labelOf(CRM_CATALOG, 'spaceship')).toEqual({ one: 'spaceship', many: 'spaceship' });
  });
});
