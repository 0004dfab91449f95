import { describe, expect, it } from 'vitest';
import { parseLegacy } from '../../../../test/support/legacy-query.ts';
import { REFUSED_TEXTS } from '../../../../test/support/refused-queries/legacy.ts';
import { QueryError } from '../errors.ts';
import { quote } from '../wording.ts';

const CASES = REFUSED_TEXTS.map((refusal) => [quote(refusal.text), refusal.code, refusal] as const);

describe('a text query that is refused', () => {
  it.each(CASES)('says where, what was found and what is allowed: %s, %s', (_, code, refusal) => {
    const { text, says, position } = refusal;
    const read = () => parseLegacy(text);
    expect(read).toThrow(QueryError);
    expect(read).toThrow(
      expect.objectContaining({ code, path: 'query', message: expect.stringContaining(says) }),
    );
    if (position !== undefined) expect(read).toThrow(`Character ${position}: `);
  });
});
