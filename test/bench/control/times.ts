/** Measured times. Milliseconds. */
export interface Times {
  readonly median: number;
  readonly worst: number;
  readonly n: number;
}

/** @throws when there is nothing to sum up. */
export function sumUp(times: readonly number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const worst = sorted.at(-1);
  if (median === undefined || worst === undefined) throw new Error('nothing was measured');
  return { median, worst, n: sorted.length };
}
