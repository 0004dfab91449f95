import type { Random } from './random.ts';

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;
/** Postgres counts days and moments from here. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Moments and days around a fixed now, as Postgres counts them: from the year 2000. */
export interface Past {
  /** How many days back it goes. */
  readonly days: number;
  /** A moment of the day that lies `age` days before now, never after now. Seconds since 2000-01-01 00:00 UTC. */
  moment(random: Random, age: number): number;
  /** The day `age` days before now, or after it when negative. Days since 2000-01-01. */
  day(age: number): number;
}

/** @param days how far it goes back. */
export function createPast(now: Date, days: number): Past {
  const today = Math.floor((now.getTime() - EPOCH_MS) / DAY_MS);
  const nowSeconds = Math.floor((now.getTime() - EPOCH_MS) / 1000);
  return {
    days,
    day: (age) => today - age,
    moment: (random, age) => Math.min((today - age) * DAY_SECONDS + random.below(DAY_SECONDS), nowSeconds),
  };
}
