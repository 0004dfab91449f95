import { describe, expect, it } from 'vitest';
import { presentMaxFailures, sayPastMaxFailures } from './failure-bound.ts';

const label = { one: 'lead', many: 'leads' };

describe('sayPastMaxFailures', () => {
  it('names both numbers, of a number', () => {
    const said = sayPastMaxFailures({ kind: 'number', most: 3 }, { nFailed: 4, nProcessed: 90, label });
    expect(said).toBe(
      '4 leads could not be deleted, and max_failures is 3. What had not been processed was never touched.',
    );
  });

  it('names them of a percentage, with what it is a percentage of', () => {
    const bound = { kind: 'percent', percent: 2.5, after: 10 } as const;
    expect(sayPastMaxFailures(bound, { nFailed: 1, nProcessed: 20, label })).toBe(
      '1 lead could not be deleted of 20 processed, and max_failures is 2.5 % of at least 10. ' +
        'What had not been processed was never touched.',
    );
  });
});

describe('presentMaxFailures', () => {
  it.each([
    [null, null],
    [{ kind: 'number', most: 0 } as const, 0],
    [{ kind: 'percent', percent: 0, after: 0 } as const, { percent: 0, after: 0 }],
  ])('shows %j as %j', (bound, shown) => {
    expect(presentMaxFailures(bound)).toEqual(shown);
  });
});
