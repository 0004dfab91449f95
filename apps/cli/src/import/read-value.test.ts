import type { CustomField, Field } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { customFieldReader, fieldReader, type ReadOptions } from './read-value.ts';

const read = (kind: Field['kind'], text: string, options: ReadOptions = {}, values: readonly string[] = []) =>
  fieldReader({ kind, values }, options)(text);
const value = (...args: Parameters<typeof read>) => {
  const reading = read(...args);
  return reading.ok ? reading.value : reading.problem;
};

describe('fieldReader', () => {
  it('keeps a text as it is, spaces too, but refuses what Postgres cannot store', () => {
    expect(value('text', ' a b ')).toBe(' a b ');
    expect(read('text', 'a\0b').ok).toBe(false);
  });

  it.each([
    ['12', 12],
    [' -3 ', -3],
    ['1e3', 1000],
    ['5.0', 5],
  ])('reads %j as the integer %d', (text, expected) => {
    expect(value('integer', text)).toBe(expected);
  });

  it.each(['', 'abc', '1,234', '$5', '1.5', '0x10', '12 000', 'Infinity', '9007199254740993'])(
    'refuses %j as an integer',
    (text) => {
      expect(read('integer', text).ok).toBe(false);
    },
  );

  it('multiplies as a person would: 19.99 dollars are 1999 cents, not 1998.9999999999998', () => {
    expect(value('integer', '19.99', { factor: 100 })).toBe(1999);
    expect(value('integer', '1.005', { factor: 1000 })).toBe(1005);
    expect(read('integer', '0.001', { factor: 100 }).ok).toBe(false);
    expect(value('number', '0.1', { factor: 3 })).toBe(0.3);
  });

  it.each([
    ['yes', true],
    ['T', true],
    ['1', true],
    ['No', false],
    ['false', false],
  ])('reads %j as %s', (text, expected) => {
    expect(value('boolean', text)).toBe(expected);
  });

  it('refuses a boolean that is neither', () => {
    expect(value('boolean', 'maybe')).toBe('"maybe" is neither true nor false');
  });

  it('takes a choice in any case and gives it as the catalog writes it', () => {
    expect(value('choice', ' HIGH', {}, ['high', 'medium'])).toBe('high');
    expect(value('choice', 'low', {}, ['high', 'medium'])).toBe('"low" is not one of high, medium');
  });

  it('splits lists at semicolons and reads JSON as JSON', () => {
    expect(value('text_list', 'a; b;;')).toEqual(['a', 'b']);
    expect(value('json', '{"a":[1]}')).toEqual({ a: [1] });
    expect(read('json', '{a}').ok).toBe(false);
  });

  it('cuts a long text where it would fill the screen', () => {
    expect(value('boolean', 'x'.repeat(500))).toBe(`"${'x'.repeat(60)}…" is neither true nor false`);
  });
});

describe('customFieldReader', () => {
  const field = (more: Partial<CustomField>): CustomField => ({
    id: 'id',
    owner: 'lead',
    name: 'Field',
    type: 'text',
    choices: [],
    acceptsMultipleValues: false,
    ...more,
  });

  it('reads every one of several values, and refuses them all for one that is wrong', () => {
    const readAll = customFieldReader(
      field({ type: 'choices', choices: ['A', 'B'], acceptsMultipleValues: true }),
      {},
    );
    expect(readAll('a; B')).toEqual({ ok: true, value: ['A', 'B'] });
    expect(readAll('a;C').ok).toBe(false);
  });

  it('keeps a semicolon in a field that takes one value', () => {
    expect(customFieldReader(field({}), {})('a;b')).toEqual({ ok: true, value: 'a;b' });
  });
});
