import { describe, expect, it } from 'vitest';
import { requestIdFor } from './request-id.ts';

const ours = /^req_\w{22}$/;

describe('the id of a request', () => {
  it.each(['a', '3f2c-11.b:7_', 'A'.repeat(128)])('is the given %j', (given) => {
    expect(requestIdFor({ headers: { 'x-request-id': given } })).toBe(given);
  });

  it.each(['', ' ', 'a b', 'a\tb', 'ä', 'a,b', '<script>', 'A'.repeat(129)])(
    'is one of ours instead of %j',
    (given) => {
      expect(requestIdFor({ headers: { 'x-request-id': given } })).toMatch(ours);
    },
  );

  it('is one of ours, and another each time, when none is given', () => {
    expect(requestIdFor({ headers: {} })).toMatch(ours);
    expect(requestIdFor({ headers: {} })).not.toBe(requestIdFor({ headers: {} }));
  });
});
