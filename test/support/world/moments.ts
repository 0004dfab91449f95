import fc from 'fast-check';
import type { Frozen } from '../oracle/world.ts';

const MICROSECONDS_A_MINUTE = 60_000_000n;
const MICROSECONDS_A_DAY = 1_440n * MICROSECONDS_A_MINUTE;

/** Moments at which clocks, days and years turn: daylight saving in Europe and America, leap days, new year. */
const NOWS = [
  '2026-03-29T00:59:59.999Z',
  '2026-03-29T01:00:00.000Z',
  '2026-03-08T06:59:30.500Z',
  '2026-11-01T06:30:00.000Z',
  '2026-10-25T00:30:00.000Z',
  '2024-02-29T12:00:00.000Z',
  '2026-01-01T00:00:00.000Z',
  '2025-12-31T23:59:59.001Z',
  '2026-05-31T14:30:00.123Z',
] as const;

/** Time zones whose local days begin before, at and after UTC's, and at odd minutes. */
const OFFSETS = [0, 60, -300, -210, 345, 570, 840, -720] as const;

/** Who asks is left to the world; when and where is told here. */
export const frozenTime: fc.Arbitrary<Pick<Frozen, 'now' | 'tzOffsetMinutes'>> = fc.record({
  now: fc.oneof(
    fc.constantFrom(...NOWS).map((text) => new Date(text)),
    fc.date({
      min: new Date('2023-01-01T00:00:00Z'),
      max: new Date('2027-12-31T00:00:00Z'),
      noInvalidDate: true,
    }),
  ),
  tzOffsetMinutes: fc.constantFrom(...OFFSETS),
});

/** Instants around now and around the local midnights of days that queries name, to the microsecond. */
export function instantNear(frozen: Pick<Frozen, 'now' | 'tzOffsetMinutes'>): fc.Arbitrary<bigint> {
  const now = BigInt(frozen.now.getTime()) * 1_000n;
  const offset = BigInt(frozen.tzOffsetMinutes) * MICROSECONDS_A_MINUTE;
  const midnight = ((now + offset) / MICROSECONDS_A_DAY) * MICROSECONDS_A_DAY - offset;
  const nudge = fc.constantFrom(0n, 0n, 1n, -1n, 1_000_000n, -1_000_000n, 3_600_000_000n);
  const days = fc.oneof(
    fc.integer({ min: -8, max: 8 }),
    fc.constantFrom(-365, -366, -31, -30, -29, 31, 90, -90, -730, 365),
    fc.integer({ min: -1200, max: 400 }),
  );
  return fc.oneof(
    fc.tuple(days, nudge).map(([day, by]) => midnight + BigInt(day) * MICROSECONDS_A_DAY + by),
    fc.tuple(days, nudge).map(([day, by]) => now + BigInt(day) * MICROSECONDS_A_DAY + by),
    fc
      .tuple(days, fc.bigInt({ min: 0n, max: MICROSECONDS_A_DAY - 1n }))
      .map(([day, of]) => midnight + BigInt(day) * MICROSECONDS_A_DAY + of),
  );
}

/** `2026-03-29T00:59:59.999001Z` of microseconds since 1970. */
export function writeInstant(microseconds: bigint): string {
  const milliseconds = microseconds / 1_000n;
  const rest = String(microseconds % 1_000n).padStart(3, '0');
  return new Date(Number(milliseconds)).toISOString().replace('Z', `${rest}Z`);
}

/** The local day of an instant, `2026-03-29`. */
export function dayNear(frozen: Pick<Frozen, 'now' | 'tzOffsetMinutes'>): fc.Arbitrary<string> {
  const offset = BigInt(frozen.tzOffsetMinutes) * MICROSECONDS_A_MINUTE;
  return instantNear(frozen).map((instant) => writeInstant(instant + offset).slice(0, 10));
}
