import { describe, expect, it } from 'vitest';
import { describeError, tidyReason } from './attempt.ts';

describe('tidyReason', () => {
  it('makes one printable line of what a server said', () => {
    expect(tidyReason('  550 5.1.1\r\n\u0000no such\u001b[31m user\u2028here ')).toBe(
      '550 5.1.1 no such [31m user here',
    );
  });

  it('keeps a bounded beginning of it', () => {
    expect(tidyReason('x'.repeat(500))).toHaveLength(500);
    expect(tidyReason('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`);
  });
});

describe('describeError', () => {
  it('puts the code in front of the message unless the message names it', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    expect(describeError(refused)).toBe('connect ECONNREFUSED 127.0.0.1:1');
    expect(describeError(Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO' }))).toBe(
      'DEPTH_ZERO: self-signed',
    );
    expect(describeError('just text')).toBe('just text');
  });
});
