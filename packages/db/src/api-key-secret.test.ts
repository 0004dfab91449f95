import { newId } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import {
  createApiKeySecret,
  formatApiKey,
  hashApiKeySecret,
  matchesApiKeySecret,
  parseApiKey,
} from './api-key-secret.ts';

describe('An API key', () => {
  it('has the form api_ + 22 + . + 22 characters, and comes apart into what it was made of', () => {
    const parts = { id: newId(), secret: createApiKeySecret() };
    const key = formatApiKey(parts);
    expect(key).toMatch(/^api_[0-9A-Za-z]{22}\.[0-9A-Za-z]{22}$/);
    expect(parseApiKey(key)).toEqual(parts);
  });

  it('has another secret every time', () => {
    const secrets = new Set(Array.from({ length: 1000 }, createApiKeySecret));
    expect(secrets.size).toBe(1000);
  });

  it.each([
    '',
    '.',
    'api_',
    `api_${'0'.repeat(22)}`,
    `api_${'0'.repeat(22)}.`,
    `api_${'0'.repeat(21)}.${'0'.repeat(22)}`,
    `api_${'0'.repeat(22)}.${'0'.repeat(21)}`,
    `api_${'0'.repeat(22)}.${'0'.repeat(23)}`,
    `api_${'z'.repeat(22)}.${'0'.repeat(22)}`,
    `key_${'0'.repeat(22)}.${'0'.repeat(22)}`,
    `${newId()}.${'0'.repeat(22)}`,
    `api_${'0'.repeat(22)}.${'0'.repeat(22)}.`,
    `api_${'0'.repeat(22)}.${'-'.repeat(22)}`,
    ` api_${'0'.repeat(22)}.${'0'.repeat(22)}`,
  ])('is not this: %j', (text) => {
    expect(parseApiKey(text)).toBeUndefined();
  });
});

describe('A secret', () => {
  it('matches its own hash and no other', () => {
    const secret = createApiKeySecret();
    expect(hashApiKeySecret(secret)).toHaveLength(32);
    expect(matchesApiKeySecret(secret, hashApiKeySecret(secret))).toBe(true);
    expect(matchesApiKeySecret(createApiKeySecret(), hashApiKeySecret(secret))).toBe(false);
    expect(matchesApiKeySecret(secret, Buffer.alloc(0))).toBe(false);
  });
});
