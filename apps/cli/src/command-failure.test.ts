import { describe, expect, it } from 'vitest';
import { describeError } from './command-failure.ts';

describe('describeError', () => {
  it('finds a sentence in every error, also where the message is inside', () => {
    const refused = (address: string) =>
      Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED' });
    expect(describeError(new Error('plain'))).toBe('plain');
    expect(describeError(new AggregateError([refused('::1'), refused('127.0.0.1')], ''))).toBe(
      'connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1',
    );
    expect(describeError(Object.assign(new Error(''), { code: 'EPIPE' }))).toBe('EPIPE');
    expect(describeError('text')).toBe('text');
  });
});
