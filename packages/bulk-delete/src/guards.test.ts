import { describe, expect, it } from 'vitest';
import { completeGuards, findBreach, type Guards } from './guards.ts';

const NONE: Guards = { expectedCount: null, maxDriftPercent: null, maxDeletes: null };
const label = { one: 'lead', many: 'leads' };
const counted = (nObjects: number, resultsLimit: number | null = null) => ({ nObjects, resultsLimit, label });

describe('expected_count', () => {
  it.each([
    [100, 0, 100, true],
    [100, 0, 101, false],
    [100, 0, 99, false],
    [100, 10, 110, true],
    [100, 10, 111, false],
    [100, 10, 90, true],
    [100, 10, 89, false],
    [0, 100, 0, true],
    [0, 100, 1, false],
    [1, 100, 2, true],
    [1, 100, 0, true],
    [3, 33, 4, false],
    [3, 33.333_333, 4, false],
    [3, 33.333_334, 4, true],
    // Products that a double gets wrong by its last bit.
    [100, 29, 129, true],
    [10_000, 0.29, 10_029, true],
    [10_000, 0.29, 10_030, false],
    [2_147_483_647, 100, 0, true],
  ])('of %i with a drift of %d %% lets %i pass: %s', (expectedCount, maxDriftPercent, nObjects, passes) => {
    const breach = findBreach({ ...NONE, expectedCount, maxDriftPercent }, counted(nObjects));
    expect(breach === undefined).toBe(passes);
  });

  it('names both numbers, and the drift', () => {
    expect(findBreach({ ...NONE, expectedCount: 77, maxDriftPercent: 0 }, counted(80))).toBe(
      'The query matches 80 leads now, and expected_count is 77 (drift of at most 0 % is tolerated). Nothing was deleted.',
    );
    expect(findBreach({ ...NONE, expectedCount: 77, maxDriftPercent: 2.5 }, counted(1, 1))).toBe(
      'The query takes 1 lead now, with its results_limit of 1, and expected_count is 77 ' +
        '(drift of at most 2.5 % is tolerated). Nothing was deleted.',
    );
  });
});

describe('max_deletes', () => {
  it.each([
    [0, 0, true],
    [0, 1, false],
    [50, 50, true],
    [50, 51, false],
  ])('of %i lets %i pass: %s', (maxDeletes, nObjects, passes) => {
    expect(findBreach({ ...NONE, maxDeletes }, counted(nObjects)) === undefined).toBe(passes);
  });

  it('holds beside an expected_count that is met', () => {
    const guards = { expectedCount: 60, maxDriftPercent: 0, maxDeletes: 50 };
    expect(findBreach(guards, counted(60))).toBe(
      'The query matches 60 leads now, and max_deletes is 50. Nothing was deleted.',
    );
  });
});

describe('completeGuards', () => {
  it('expects what was previewed, unless the client says otherwise, and tolerates no drift unless told', () => {
    expect(completeGuards(NONE, null)).toEqual(NONE);
    expect(completeGuards(NONE, 5)).toEqual({ ...NONE, expectedCount: 5, maxDriftPercent: 0 });
    expect(completeGuards({ ...NONE, expectedCount: 0, maxDriftPercent: 3 }, 5)).toEqual({
      ...NONE,
      expectedCount: 0,
      maxDriftPercent: 3,
    });
  });

  it('refuses a drift from nothing', () => {
    expect(() => completeGuards({ ...NONE, maxDriftPercent: 0 }, null)).toThrow('expected_count');
  });
});
