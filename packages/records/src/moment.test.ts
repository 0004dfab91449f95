import { expect, it } from 'vitest';
import { presentStamp } from './moment.ts';

it('A stamp beyond the calendar has no form on the wire.', () => {
  expect(presentStamp(new Date('2026-01-31T09:30:00.125Z'))).toBe('2026-01-31T09:30:00.125000+00:00');
  expect(presentStamp(Number.POSITIVE_INFINITY)).toBeNull();
  expect(presentStamp(new Date(Number.NaN))).toBeNull();
});
