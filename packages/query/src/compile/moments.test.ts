import { describe, expect, it } from 'vitest';
import type { Moment, OffsetUnit, Period } from '../ast.ts';
import { dayOf, resolveMoment } from './moments.ts';

const UTC = { now: new Date('2026-03-31T14:30:00.250Z'), tzOffsetMinutes: 0 };

function offset(
  direction: 'past' | 'future',
  units: Partial<Record<OffsetUnit, number>>,
  whichDayEnd: 'start' | 'end' | null = null,
  moment: Moment = { type: 'now' },
): Moment {
  const none = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };
  return { type: 'offset', direction, moment, offset: { ...none, ...units }, whichDayEnd };
}

describe('resolveMoment', () => {
  it('takes now from what was frozen', () => {
    expect(resolveMoment({ type: 'now' }, UTC).toString()).toBe('2026-03-31T14:30:00.25Z');
  });

  it('keeps the microseconds of a fixed moment', () => {
    const moment: Moment = { type: 'fixed_utc', value: '2015-03-16T00:19:50.141001Z' };
    expect(resolveMoment(moment, UTC).toString()).toBe('2015-03-16T00:19:50.141001Z');
  });

  it.each([
    ['seconds', offset('past', { seconds: 1 }), '2026-03-31T14:29:59.25Z'],
    ['minutes', offset('future', { minutes: 31 }), '2026-03-31T15:01:00.25Z'],
    ['hours', offset('past', { hours: 15 }), '2026-03-30T23:30:00.25Z'],
    ['days', offset('future', { days: 1 }), '2026-04-01T14:30:00.25Z'],
    ['weeks', offset('past', { weeks: 2 }), '2026-03-17T14:30:00.25Z'],
    ['months, a missing day becoming the last', offset('past', { months: 1 }), '2026-02-28T14:30:00.25Z'],
    ['years', offset('past', { years: 2 }), '2024-03-31T14:30:00.25Z'],
    ['months before days', offset('past', { months: 1, days: 1 }), '2026-02-27T14:30:00.25Z'],
    [
      'all units',
      offset('future', { years: 1, months: 1, weeks: 1, days: 1, hours: 1, minutes: 1, seconds: 1 }),
      '2027-05-08T15:31:01.25Z',
    ],
    ['nothing', offset('past', {}), '2026-03-31T14:30:00.25Z'],
  ])('moves by %s', (_, moment, expected) => {
    expect(resolveMoment(moment, UTC).toString()).toBe(expected);
  });

  it.each([
    ['the start of the day reached', offset('past', { days: 1 }, 'start'), '2026-03-30T00:00:00Z'],
    [
      'the end of the day reached, which is the start of the next',
      offset('past', { days: 1 }, 'end'),
      '2026-03-31T00:00:00Z',
    ],
    ['the start of today', offset('past', {}, 'start'), '2026-03-31T00:00:00Z'],
    [
      'the moment itself where hours ask for a time of day',
      offset('past', { days: 1, hours: 1 }, 'start'),
      '2026-03-30T13:30:00.25Z',
    ],
    ['the moment itself where seconds do', offset('past', { seconds: 1 }, 'end'), '2026-03-31T14:29:59.25Z'],
  ])('takes %s', (_, moment, expected) => {
    expect(resolveMoment(moment, UTC).toString()).toBe(expected);
  });

  it.each([
    [-480, '2026-03-30T08:00:00Z'],
    [0, '2026-03-30T00:00:00Z'],
    [330, '2026-03-29T18:30:00Z'],
    [9 * 60 + 30, '2026-03-30T14:30:00Z'],
  ])('begins days where they begin %i minutes east of UTC', (tzOffsetMinutes, expected) => {
    const yesterday = offset('past', { days: 1 }, 'start');
    expect(resolveMoment(yesterday, { ...UTC, tzOffsetMinutes }).toString()).toBe(expected);
  });

  it('counts months by the local calendar', () => {
    // 1 April, 00:30 local: a month before it is 1 March, not 28 February.
    const frozen = { now: new Date('2026-03-31T23:30:00Z'), tzOffsetMinutes: 60 };
    expect(resolveMoment(offset('past', { months: 1 }), frozen).toString()).toBe('2026-02-28T23:30:00Z');
  });

  it('resolves an offset from another moment', () => {
    const inner = offset('past', { months: 1 }, 'start');
    expect(resolveMoment(offset('future', { days: 1 }, null, inner), UTC).toString()).toBe(
      '2026-03-01T00:00:00Z',
    );
    const fixed: Moment = { type: 'fixed_utc', value: '2024-02-29T12:00:00Z' };
    expect(resolveMoment(offset('future', { years: 1 }, null, fixed), UTC).toString()).toBe(
      '2025-02-28T12:00:00Z',
    );
  });

  it('stays within the years that Postgres and ISO 8601 write alike', () => {
    expect(resolveMoment(offset('past', { years: 3000 }), UTC).toString()).toBe('0001-01-02T00:00:00Z');
    expect(resolveMoment(offset('future', { seconds: 1e10, days: 1e10, years: 1e10 }), UTC).toString()).toBe(
      '9999-12-30T00:00:00Z',
    );
    const beyond = offset('past', { years: 1e10, weeks: 1e10 }, 'end');
    expect(resolveMoment(offset('past', { days: 1 }, 'start', beyond), UTC).toString()).toBe(
      '0001-01-02T00:00:00Z',
    );
  });
});

describe('dayOf', () => {
  it.each([
    [-1, '2026-03-31'],
    [0, '2026-04-01'],
  ])('names the local day %i minutes around midnight', (tzOffsetMinutes, expected) => {
    const midnight = resolveMoment({ type: 'fixed_utc', value: '2026-04-01T00:00:00Z' }, UTC);
    expect(dayOf(midnight, { ...UTC, tzOffsetMinutes }).toString()).toBe(expected);
  });
});

describe('a day of the local calendar', () => {
  const day = (which: 'start' | 'end'): Moment => ({ type: 'fixed_local_date', value: '2026-02-28', which });

  it.each([
    [0, '2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z'],
    [-480, '2026-02-28T08:00:00Z', '2026-03-01T08:00:00Z'],
    [330, '2026-02-27T18:30:00Z', '2026-02-28T18:30:00Z'],
  ])('is where it is %i minutes east of UTC', (tzOffsetMinutes, start, end) => {
    const frozen = { ...UTC, tzOffsetMinutes };
    expect(resolveMoment(day('start'), frozen).toString()).toBe(start);
    expect(resolveMoment(day('end'), frozen).toString()).toBe(end);
  });
});

describe('a period around now', () => {
  /** A Wednesday in UTC; Thursday, 1 January, thirteen hours east of it. */
  const now = new Date('2025-12-31T12:00:00Z');
  const bounds = (range: Period, tzOffsetMinutes: number) =>
    (['start', 'end'] as const).map((which) => {
      const moment: Moment = { type: 'start_end_of_predefined_relative_period', range, which };
      return resolveMoment(moment, { now, tzOffsetMinutes }).toString();
    });

  it.each<readonly [Period, string, string]>([
    ['today', '2025-12-31T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['yesterday', '2025-12-30T00:00:00Z', '2025-12-31T00:00:00Z'],
    ['tomorrow', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['this-week', '2025-12-29T00:00:00Z', '2026-01-05T00:00:00Z'],
    ['last-week', '2025-12-22T00:00:00Z', '2025-12-29T00:00:00Z'],
    ['next-week', '2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z'],
    ['this-month', '2025-12-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['last-month', '2025-11-01T00:00:00Z', '2025-12-01T00:00:00Z'],
    ['next-month', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ['this-quarter', '2025-10-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['last-quarter', '2025-07-01T00:00:00Z', '2025-10-01T00:00:00Z'],
    ['next-quarter', '2026-01-01T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['this-year', '2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['last-year', '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['next-year', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ])('%s begins and ends with the local calendar', (range, start, end) => {
    expect(bounds(range, 0)).toEqual([start, end]);
  });

  it('is that of the one who asks', () => {
    expect(bounds('this-year', 13 * 60)).toEqual(['2025-12-31T11:00:00Z', '2026-12-31T11:00:00Z']);
    expect(bounds('today', -13 * 60)).toEqual(['2025-12-30T13:00:00Z', '2025-12-31T13:00:00Z']);
  });
});
