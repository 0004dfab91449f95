import { describe, expect, it } from 'vitest';
import { describeLegacy, legacyPageRows, parseLegacy } from '../../../../test/support/legacy-query.ts';
import { QueryError } from '../errors.ts';

describe('docs/legacy-query.md', () => {
  it.each(legacyPageRows('query'))('says of `%s`, about leads: %s', (text, words) => {
    expect(describeLegacy(text, 'lead')).toBe(words);
  });

  it.each(legacyPageRows('query about opportunities'))(
    'says of `%s`, about opportunities: %s',
    (text, words) => {
      expect(describeLegacy(text, 'opportunity')).toBe(words);
    },
  );

  it.each(legacyPageRows('refused'))('refuses `%s` with %s', (text, code) => {
    const refusal = expect.objectContaining({ code: code.replaceAll('`', ''), path: 'query' });
    expect(() => parseLegacy(text)).toThrow(QueryError);
    expect(() => parseLegacy(text)).toThrow(refusal);
  });

  it('has examples of all kinds', () => {
    expect(legacyPageRows('query').length).toBeGreaterThan(30);
    expect(legacyPageRows('query about opportunities').length).toBeGreaterThan(2);
    expect(legacyPageRows('refused').length).toBeGreaterThan(20);
    expect(legacyPageRows('query').every(([text]) => text !== '')).toBe(true);
  });
});
