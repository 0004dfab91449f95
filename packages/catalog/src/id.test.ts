import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeId, encodeId, newId } from './id.ts';

const uuids = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
});

describe('a wire id', () => {
  it('holds any 128 bits in 22 characters and gives them back', () => {
    fc.assert(
      fc.property(uuids, (uuid) => {
        const id = encodeId('lead', uuid);
        expect(id).toMatch(/^lead_[0-9A-Za-z]{22}$/);
        expect(decodeId('lead', id)).toBe(uuid);
      }),
    );
  });

  it('sorts like the UUIDs behind it', () => {
    fc.assert(
      fc.property(uuids, uuids, (a, b) => {
        expect(encodeId('x', a) < encodeId('x', b)).toBe(a < b);
      }),
    );
  });

  it('is also understood as a plain UUID of any version, in any case', () => {
    expect(decodeId('deal', '456E7890-a1b2-34c5-d678-901234567890')).toBe(
      '456e7890-a1b2-34c5-d678-901234567890',
    );
  });

  it.each([
    ['of another prefix', encodeId('cont', newId())],
    ['without a prefix', encodeId('lead', newId()).slice(5)],
    ['one character too short', encodeId('lead', newId()).slice(0, -1)],
    ['one character too long', `${encodeId('lead', newId())}0`],
    ['with a character that is no digit of base 62', `lead_${'-'.repeat(22)}`],
    ['past 128 bits', `lead_${'z'.repeat(22)}`],
    ['that is empty', ''],
    ['with a line break at its end', `${encodeId('lead', newId())}\n`],
  ])('%s is none', (_, text) => {
    expect(decodeId('lead', text)).toBeUndefined();
  });
});
