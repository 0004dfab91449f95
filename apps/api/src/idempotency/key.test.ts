import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { takeKey } from './key.ts';

const key = (header: string | undefined, body: unknown = undefined) => takeKey(header, body).given?.key;

describe('the key of a request', () => {
  it.each([
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"8e03978e-40d5"', '8e03978e-40d5'],
    ['  padded ', 'padded'],
    ['with a "quote" inside', 'with a "quote" inside'],
    ['"a \\"b\\" \\\\ c"', 'a "b" \\ c'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
  ])('of the header %j is %j', (header, expected) => {
    expect(key(header)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '""',
    '"',
    '"open',
    '"a"b',
    '"a";p=1',
    '"a\\b"',
    'ü',
    'a\tb',
    'a\u0000b',
    'x'.repeat(256),
  ])('cannot be %j, in a header or a body', (text) => {
    expect(() => takeKey(text, undefined)).toThrow(Refusal);
    expect(() => takeKey(undefined, { idempotency_key: text })).toThrow(Refusal);
  });

  it('may stand in the body, which is given on without it', () => {
    expect(takeKey(undefined, { a: 1, idempotency_key: 'k' })).toEqual({
      given: { key: 'k', from: 'body' },
      body: { a: 1 },
    });
    expect(takeKey('"k"', { idempotency_key: 'k' })).toEqual({
      given: { key: 'k', from: 'header' },
      body: {},
    });
  });

  it('is none where null stands, and nothing else than a text', () => {
    expect(takeKey(undefined, { a: 1, idempotency_key: null })).toEqual({ given: undefined, body: { a: 1 } });
    expect(takeKey('k', { idempotency_key: null })).toEqual({
      given: { key: 'k', from: 'header' },
      body: {},
    });
    for (const wrong of [1, true, {}, ['k']])
      expect(() => takeKey(undefined, { idempotency_key: wrong })).toThrow(Refusal);
  });

  it('may not be two keys', () => {
    expect(() => takeKey('one', { idempotency_key: 'other' })).toThrow(Refusal);
  });

  it.each([
    undefined,
    null,
    [],
    [{ idempotency_key: 'k' }],
    'idempotency_key',
    { list: { idempotency_key: 'k' } },
  ])('is not looked for in %j', (body) => {
    expect(takeKey(undefined, body)).toEqual({ given: undefined, body });
  });
});
