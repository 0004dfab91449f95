import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileJson } from '../../../test/support/compiled-query.ts';
import { REFUSED_FOR_FORM } from '../../../test/support/refused-queries/form.ts';
import { REFUSED_TEXTS } from '../../../test/support/refused-queries/legacy.ts';
import { REFUSED_FOR_MEANING } from '../../../test/support/refused-queries/meaning.ts';
import type { Refused } from '../../../test/support/refused-queries/refused.ts';
import { REFUSED_SORTS } from '../../../test/support/refused-queries/sort.ts';
import { QUERY_ERRORS, QueryError } from './errors.ts';

const CASES = [...REFUSED_FOR_FORM, ...REFUSED_FOR_MEANING, ...REFUSED_SORTS];

function refusalOf({ json, input }: Refused): unknown {
  try {
    return compileJson(json, input);
  } catch (error) {
    return error;
  }
}

describe('a query that is refused', () => {
  it.each(CASES.map((refusal, index) => [index, refusal.code, refusal.says, refusal] as const))(
    '%i names code, path and cure: %s, %s',
    (_, code, says, refusal) => {
      const error = refusalOf(refusal);
      expect(error).toBeInstanceOf(QueryError);
      expect(error).toMatchObject({ code, path: refusal.path, message: expect.stringContaining(says) });
    },
  );
});

describe('QUERY_ERRORS', () => {
  const codes = Object.keys(QUERY_ERRORS).sort();

  it('lists exactly the codes that queries are refused with', () => {
    expect([...new Set([...CASES, ...REFUSED_TEXTS].map(({ code }) => code))].sort()).toEqual(codes);
  });

  it('says the same as the documentation', () => {
    const docs = readFileSync(new URL('../../../docs/query-language.md', import.meta.url), 'utf8');
    const rows = [...docs.matchAll(/^\| `(QUERY_\w+)` \| (.*) \|$/gm)].map(([, code, sentence]) => [
      code,
      sentence,
    ]);
    expect(Object.fromEntries(rows)).toEqual(QUERY_ERRORS);
  });
});
