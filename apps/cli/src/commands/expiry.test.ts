import { describe, expect, it } from 'vitest';
import { parseExpiry } from './expiry.ts';

const NOW = new Date('2026-11-22T10:00:00Z');

describe('parseExpiry', () => {
  it.each([
    ['12h', '2026-11-22T22:00:00.000Z'],
    ['30d', '2026-12-22T10:00:00.000Z'],
    ['2w', '2026-12-06T10:00:00.000Z'],
    ['2027-01-31', '2027-02-01T00:00:00.000Z'],
    ['2026-11-22', '2026-11-23T00:00:00.000Z'],
    ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00.000Z'],
  ])('reads %s as %s', (text, expected) => {
    expect(parseExpiry(text, NOW)?.toISOString()).toBe(expected);
  });

  it.each([
    '',
    'soon',
    '0d',
    '-3d',
    '2026-11-21',
    '2027-02-30',
    '2027-01-31T12:00',
    '2027-01-31T25:00:00Z',
    '30',
  ])('refuses %j', (text) => {
    expect(parseExpiry(text, NOW)).toBeUndefined();
  });
});
