import { describe, expect, it } from 'vitest';
import { makeJobId, makePayload, RingError, readPayload } from './payload.ts';

describe('job payload', () => {
  it('comes back as it was sent', () => {
    const payload = makePayload('0198f3a2-7c1e-7000-8000-000000000001');
    expect(readPayload(JSON.parse(JSON.stringify(payload)))).toEqual(payload);
  });

  it.each([undefined, null, 'x', 7, [], {}, { id: 7 }, { id: '' }, { id: 'a:b' }, { id: 'a', ids: ['b'] }])(
    'that is not one id and nothing else is refused: %j',
    (data) => {
      expect(readPayload(data)).toBeUndefined();
    },
  );

  it('is refused at the sender when the id could not be received', () => {
    expect(() => makePayload('a:b')).toThrow(RingError);
    expect(() => makePayload('')).toThrow(RingError);
  });
});

describe('job id', () => {
  it('is never all digits, even for an id and a suffix of digits', () => {
    expect(makeJobId('1', '2')).not.toMatch(/^\d+$/);
  });

  it('may not contain a colon', () => {
    expect(() => makeJobId('1', 'a:b')).toThrow(RingError);
  });
});
