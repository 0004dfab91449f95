import { describe, expect, it } from 'vitest';
import { findUnstorable } from './storable.ts';

const nest = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};

describe('findUnstorable', () => {
  it.each([undefined, null, '', 0, 'text', '😀', { a: [1, { b: 'c' }] }, { '': '' }, nest(256)])(
    'finds nothing in %j',
    (body) => {
      expect(findUnstorable(body)).toBeUndefined();
    },
  );

  it.each([
    ['a\0b', 'body'],
    [{ a: '\0' }, 'a'],
    [{ a: { b: [0, { c: '\0' }] } }, 'a.b[1].c'],
    [[['\ud800']], '[0][0]'],
    [{ a: '\udc00x' }, 'a'],
    [{ a: '😀\ud83d' }, 'a'],
    [{ a: Number.POSITIVE_INFINITY }, 'a'],
    [{ 'a\0': 1 }, 'body'],
    [{ outer: { '\ud800': 1 } }, 'outer'],
  ])('finds what cannot be stored in %j', (body, path) => {
    expect(findUnstorable(body)).toEqual({ path, sentence: expect.any(String) });
  });

  it('stops at a depth that no query needs, however deep the body is', () => {
    expect(findUnstorable(nest(257))).toBeDefined();
    expect(findUnstorable(nest(1_000_000))).toBeDefined();
  });

  it('gives no path that is as long as the body', () => {
    expect(findUnstorable({ ['k'.repeat(100_000)]: '\0' })?.path).toHaveLength(200);
  });
});
