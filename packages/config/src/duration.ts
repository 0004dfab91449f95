const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/** A duration as settings write it. No more digits: a thousand years are enough, and Postgres can count no more. */
export const DURATION = /^([1-9][0-9]{0,3})([hdw])$/;
export const DURATION_FORM = 'a whole number of hours, days or weeks, such as 12h, 30d or 8w (at most 9999)';

/**
 * @param text in the form of `DURATION`: `12h`, `30d`, `8w`.
 * @returns milliseconds.
 * @throws RangeError for any other text.
 */
export function durationMs(text: string): number {
  const [, digits, unit] = DURATION.exec(text) ?? [];
  const unitMs = UNIT_MS[unit ?? ''];
  if (unitMs === undefined) throw new RangeError(`${text} is not ${DURATION_FORM}`);
  return Number(digits) * unitMs;
}
