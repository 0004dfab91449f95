import { newId } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { createIdSequence } from './id-sequence.ts';
import { createRandom } from './random.ts';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('createIdSequence', () => {
  it('makes UUIDs of version 7, as everything else in Winnow does', () => {
    expect(newId()).toMatch(FORM);
    expect(createIdSequence(Date.now(), createRandom(1))()).toMatch(FORM);
  });

  it('ascends without repeating, over the end of a millisecond too', () => {
    const next = createIdSequence(Date.parse('2026-11-22T10:00:00Z'), createRandom(1));
    const ids = Array.from({ length: 10_000 }, next);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]?.slice(0, 13)).not.toBe(ids[4096]?.slice(0, 13));
  });

  it('never meets another run that starts in the same millisecond', () => {
    const [one, other] = [1, 2].map((stream) => createIdSequence(0, createRandom(42, stream)));
    expect(one?.()).not.toBe(other?.());
  });
});
