import { Type } from '@sinclair/typebox';
import { invalid } from '../refusal.ts';

const HEADER = 'x-tz-offset';
const HOURS = /^[+-]?\d{1,2}(\.\d{1,20})?$/;
/** The world's time zones lie between UTC-12 and UTC+14. */
const MAX_HOURS = 14;

export const TimeZoneHeaders = Type.Object({
  [HEADER]: Type.Optional(
    Type.String({
      description:
        'Hours east of UTC, as a decimal number from -14 to 14: what a local day is in the query. Default: 0.',
      examples: ['-4', '5.75'],
    }),
  ),
});

/**
 * Minutes east of UTC out of `x-tz-offset`, which gives hours as a decimal number (reference, 4.5). Without it: UTC.
 * @throws Refusal 400 when it is not one: a guess would move a day's limit and delete other records than meant.
 */
export function readTimeZone(headers: { readonly [HEADER]?: string | undefined }): number {
  const text = headers[HEADER]?.trim();
  if (text === undefined || text === '') return 0;
  const hours = Number(text);
  if (!HOURS.test(text) || Math.abs(hours) > MAX_HOURS) {
    throw invalid({
      [HEADER]: `Must be hours from UTC as a decimal number from -${MAX_HOURS} to ${MAX_HOURS}.`,
    });
  }
  // The official Python client sends -0.0 for UTC.
  return Math.round(hours * 60) + 0;
}
