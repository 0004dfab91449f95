const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Longest pause between two attempts (reference, 5.6: "up to every 20 minutes"). */
export const MAX_RETRY_DELAY_MS = 20 * MINUTE;
/** After this a delivery is given up (reference, 5.6: "for 72 hours, then dropped"). */
export const GIVE_UP_AFTER_MS = 72 * HOUR;

/**
 * How long to wait after a failed attempt: doubling, with up to half of it taken off at random, so that the
 * deliveries which failed together when a receiver went down do not all come back at the same moment.
 * @param attempt the number of the attempt that failed, from 1.
 * @param baseMs the longest pause after the first attempt.
 * @param random a number from 0 up to but not including 1.
 */
export function retryDelayMs(attempt: number, baseMs: number, random: number): number {
  const longest = Math.min(baseMs * 2 ** (attempt - 1), MAX_RETRY_DELAY_MS);
  return Math.round(longest * (1 - random / 2));
}
