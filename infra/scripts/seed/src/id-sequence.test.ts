import { newId } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { createIdSequence, type IdSequence } from './id-sequence.ts';
import { createRandom } from './random.ts';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const START_MS = Date.parse('2026-11-22T10:00:00Z');

function write(ids: IdSequence, number: number): string {
  const bytes = Buffer.alloc(16);
  expect(ids.write(bytes, 0, number)).toBe(16);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

describe('createIdSequence', () => {
  it('makes UUIDs of version 7, as everything else in Winnow does, with the time they begin at', () => {
    const id = write(createIdSequence(START_MS, createRandom(1)), 0);
    expect(newId()).toMatch(FORM);
    expect(id).toMatch(FORM);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(START_MS);
  });

  it('ascends without repeating, over the end of a millisecond too', () => {
    const ids = createIdSequence(START_MS, createRandom(1));
    const all = Array.from({ length: 10_000 }, () => write(ids, ids.next()));
    expect([...all].sort()).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    expect(all[0]?.slice(0, 13)).not.toBe(all[4096]?.slice(0, 13));
  });

  it('never meets another run that starts in the same millisecond', () => {
    const [one, other] = [1, 2].map((stream) =>
      write(createIdSequence(START_MS, createRandom(42, stream)), 0),
    );
    expect(one).not.toBe(other);
  });
});
