import { describe, expect, it } from 'vitest';
import { dateReader, momentReader } from './read-moment.ts';
import type { ReadCell } from './reading.ts';

const value = (read: ReadCell, text: string) => {
  const reading = read(text);
  return reading.ok ? reading.value : null;
};

describe('dateReader', () => {
  it.each([
    [undefined, '2024-02-29', '2024-02-29'],
    ['M/D/YYYY', '2/9/2017', '2017-02-09'],
    ['M/D/YYYY', '02/09/2017', '2017-02-09'],
    ['DD.MM.YYYY', '31.12.2016', '2016-12-31'],
    ['D MMM YYYY', '3 Mar 2016', '2016-03-03'],
    ['YYYYMMDD', '20160303', '2016-03-03'],
  ])('reads, by the format %s, %s as %s', (format, text, expected) => {
    expect(value(dateReader(format), text)).toBe(expected);
  });

  it.each([
    [undefined, '2/9/2017'],
    [undefined, '2023-02-29'],
    [undefined, '2017'],
    ['M/D/YYYY', '2/30/2017'],
    ['M/D/YYYY', '13/1/2017'],
    ['M/D/YYYY', '2017-02-09'],
    ['M/D/YYYY', '2/9/2017 10:00'],
  ])('refuses, by the format %s, %s', (format, text) => {
    expect(value(dateReader(format), text)).toBeNull();
  });

  it('says what it expected', () => {
    expect(dateReader('M/D/YYYY')('soon')).toEqual({
      ok: false,
      problem: '"soon" is not a date like M/D/YYYY',
    });
  });

  it.each(['', 'YYYY', 'hh:mm', 'm/d/yyyy'])('cannot be made for %j, which names no day', (format) => {
    expect(() => dateReader(format)).toThrow(/is no date format/);
  });
});

describe('momentReader', () => {
  it.each([
    [undefined, '2026-01-31T09:30:00+02:00', '2026-01-31T07:30:00.000000+00:00'],
    [undefined, '2026-01-31 09:30', '2026-01-31T09:30:00.000000+00:00'],
    [undefined, '2026-01-31T09:30:00.123Z', '2026-01-31T09:30:00.123000+00:00'],
    [undefined, '2026-01-31', '2026-01-31T00:00:00.000000+00:00'],
    ['M/D/YYYY HH:mm', '1/31/2026 23:59', '2026-01-31T23:59:00.000000+00:00'],
    ['M/D/YYYY h:mm A', '1/31/2026 1:05 PM', '2026-01-31T13:05:00.000000+00:00'],
    ['M/D/YYYY HH:mm Z', '1/31/2026 23:59 -01:00', '2026-02-01T00:59:00.000000+00:00'],
  ])('reads, by the format %s, %s as %s', (format, text, expected) => {
    expect(value(momentReader(format), text)).toBe(expected);
  });

  it.each(['2026-01-31T25:00:00Z', '2026-W05', 'yesterday', '2026-02-30T00:00:00Z'])('refuses %s', (text) => {
    expect(value(momentReader(undefined), text)).toBeNull();
  });
});
