import { describe, expect, it } from 'vitest';
import { GIVE_UP_AFTER_MS, MAX_RETRY_DELAY_MS, retryDelayMs } from './backoff.ts';

const NO_JITTER = 0;
const MOST_JITTER = 1 - Number.EPSILON;

describe('retryDelayMs', () => {
  it.each([
    [1, 5_000],
    [2, 10_000],
    [3, 20_000],
    [8, 640_000],
    [9, 1_200_000],
    [10, 1_200_000],
    [300, 1_200_000],
    [5_000, 1_200_000],
  ])('after attempt %i waits at most %i ms', (attempt, longestMs) => {
    expect(retryDelayMs(attempt, 5_000, NO_JITTER)).toBe(longestMs);
  });

  it('takes off up to half at random, never more', () => {
    expect(retryDelayMs(1, 5_000, MOST_JITTER)).toBe(2_500);
    expect(retryDelayMs(1, 5_000, 0.5)).toBe(3_750);
    expect(retryDelayMs(50, 5_000, MOST_JITTER)).toBe(MAX_RETRY_DELAY_MS / 2);
  });

  it('is bounded by twenty minutes and three days, as Close says', () => {
    expect(MAX_RETRY_DELAY_MS).toBe(20 * 60 * 1000);
    expect(GIVE_UP_AFTER_MS).toBe(3 * 24 * 60 * 60 * 1000);
  });
});
