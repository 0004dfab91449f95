import type { Random } from './random.ts';

const DAY_MS = 86_400_000;

/** Moments and days around a fixed now, as Postgres reads them. Days are formatted once, not once a row. */
export interface Past {
  /** How many days back it goes. */
  readonly days: number;
  /** A moment of the day that lies `age` days before now: `2025-03-09 14:05:33+00`. */
  moment(random: Random, age: number): string;
  /** The day `age` days before now, or after it when negative: `2025-03-09`. */
  day(age: number): string;
}

/** @param days how far it goes back; it reaches a quarter of that into the future. */
export function createPast(now: Date, days: number): Past {
  const future = Math.ceil(days / 4);
  const dates = Array.from({ length: days + future + 1 }, (_, index) =>
    new Date(now.getTime() + (future - index) * DAY_MS).toISOString().slice(0, 10),
  );
  const minutes = Array.from(
    { length: 1440 },
    (_, index) => `${pad(Math.floor(index / 60))}:${pad(index % 60)}`,
  );
  const seconds = Array.from({ length: 60 }, (_, index) => `:${pad(index)}+00`);
  const day = (age: number): string => {
    const date = dates[future + age];
    if (date === undefined) throw new RangeError(`${age} days ago is further than the past of ${days} days`);
    return date;
  };
  return {
    days,
    day,
    moment: (random, age) => `${day(age)} ${random.pick(minutes)}${random.pick(seconds)}`,
  };
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
