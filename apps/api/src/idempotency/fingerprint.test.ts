import { describe, expect, it } from 'vitest';
import { fingerprintOf, type RequestFacts } from './fingerprint.ts';

const FACTS: RequestFacts = {
  method: 'POST',
  url: '/api/v1/lead/?a=1',
  tzOffset: '-4',
  body: { name: 'A', contacts: [{ name: 'B', title: 'C' }, 2] },
};
const fingerprint = (change: Partial<RequestFacts>) => fingerprintOf({ ...FACTS, ...change }).toString('hex');

describe('the fingerprint of a request', () => {
  it.each<Partial<RequestFacts>>([
    { url: '/api/v1/lead?a=1' },
    { url: '//api/v1//lead/?a=1' },
    { tzOffset: ' -4 ' },
    { body: { contacts: [{ title: 'C', name: 'B' }, 2], name: 'A' } },
  ])('is the same with %j', (change) => {
    expect(fingerprint(change)).toBe(fingerprint({}));
  });

  it.each<Partial<RequestFacts>>([
    { method: 'PUT' },
    { url: '/api/v1/lead/?a=2' },
    { url: '/api/v1/lead/?a=1?b=2' },
    { url: '/api/v1/leads/?a=1' },
    { tzOffset: '4' },
    { tzOffset: undefined },
    { body: { name: 'A', contacts: [2, { name: 'B', title: 'C' }] } },
    { body: { name: 'A', contacts: [{ name: 'B', title: 'C' }, '2'] } },
    { body: { name: 'A' } },
    { body: undefined },
    { body: [] },
  ])('is another with %j', (change) => {
    expect(fingerprint(change)).not.toBe(fingerprint({}));
  });
});
