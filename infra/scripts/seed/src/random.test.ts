import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';

describe('createRandom', () => {
  const draw = (seed: number, stream?: number) => {
    const random = createRandom(seed, stream);
    return Array.from({ length: 5 }, () => random.bits());
  };

  it('repeats itself for the same seed and stream, and for no other', () => {
    expect(draw(42, 7)).toEqual(draw(42, 7));
    const all = [draw(42), draw(43), draw(42, 1), draw(43, 1)].map(String);
    expect(new Set(all).size).toBe(4);
  });

  it('is even: each of ten values comes about a tenth of the time', () => {
    const random = createRandom(1);
    const counts = new Array<number>(10).fill(0);
    for (let left = 100_000; left > 0; left -= 1) {
      const value = random.below(10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('rounds so that the mean is the expectation', () => {
    const random = createRandom(1);
    const values = Array.from({ length: 100_000 }, () => random.round(1.25));
    expect(new Set(values)).toEqual(new Set([1, 2]));
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(1.25, 2);
    expect(random.round(3)).toBe(3);
  });

  it('picks from every place, and refuses to pick from nothing', () => {
    const random = createRandom(1);
    expect(new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c'])))).toEqual(
      new Set(['a', 'b', 'c']),
    );
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
