import { CRM_CATALOG } from '@winnow/catalog';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_CUSTOM_FIELDS } from '../../../../test/support/custom-fields.ts';
import { parseLegacy } from '../../../../test/support/legacy-query.ts';
import type { QueryNode } from '../ast.ts';
import { checkQuery } from '../check/query.ts';
import { QueryError } from '../errors.ts';
import { parseQuery } from '../parse/query.ts';
import { parseSort } from '../sort.ts';
import { writeQuery } from '../write.ts';
import type { LegacyQuery } from './query.ts';

const CONTEXT = { catalog: CRM_CATALOG, customFields: EXAMPLE_CUSTOM_FIELDS, objectType: 'lead' };
/** A saved search of no object type in particular, so that it may stand at any level. */
const SAVED: QueryNode = { type: 'text', negate: false, mode: 'full_words', value: 'acme' };
const SAVED_SEARCHES = new Map([['00000000-0000-0000-0000-000000000001', SAVED]]);

/** The query, or undefined when it is refused as it should be. */
function readOrRefuse(text: string): LegacyQuery | undefined {
  try {
    return parseLegacy(text);
  } catch (error) {
    expect(error).toBeInstanceOf(QueryError);
    return undefined;
  }
}

/** What is accepted is a query like any other: it survives being written as JSON, and agrees with the catalog. */
function assertSound(text: string): void {
  const read = readOrRefuse(text);
  if (!read) return;
  expect(parseQuery(writeQuery(read.node))).toEqual(read.node);
  expect(parseSort(read.sort, CONTEXT)).toHaveLength(read.sort.length);
  try {
    checkQuery(read.node, { ...CONTEXT, savedSearches: SAVED_SEARCHES });
  } catch (error) {
    // How much a database can plan shows in the whole query only.
    expect(error).toMatchObject({ code: 'QUERY_TOO_LARGE' });
  }
}

const PIECES = [
  ...[
    'acme',
    'inc',
    'acm*',
    '*',
    '"Bruce Wayne"',
    '"',
    '\\',
    "'",
    '-',
    '--',
    '-acme',
    '(',
    ')',
    '((',
    '))',
    ' ',
    '',
  ],
  ...[
    'and',
    'or',
    'not',
    'AND',
    'name',
    'name:',
    'name:"x"',
    'status:',
    'status:Lost',
    'created',
    'created:',
    '>',
  ],
  ...[
    '>=',
    '<',
    '<=',
    '=',
    '!=',
    ':',
    '::',
    '1',
    '-1',
    '1e9',
    '2024-01-05',
    '2024',
    '"2024-01-01T00:00:00Z"',
  ],
  ...[
    'yesterday',
    'this-week',
    'now',
    '"2 weeks ago"',
    'me',
    'yes',
    'contacts',
    'contacts>1',
    'call(',
    'sms(',
  ],
  ...[
    'has:',
    'has:calls',
    'in:',
    'in:"Bad leads"',
    'sort:',
    'sort:-created',
    'slice:1/2',
    'custom.',
    'custom.sources',
  ],
  ...[
    'custom.sources:Website',
    'contact(',
    'email_address:',
    'a@b.test',
    '\0',
    '\ud800',
    '😀',
    '北京',
    '%',
    '_',
    'id:',
  ],
  ...[
    'lead_02f3YPwpQ4lVcn3T5kzMs8',
    'created_by:',
    'task(complete:no)',
    'constructor',
    '__proto__',
    '__proto__:x',
  ],
] as const;

const soup = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom('', ' ', ' ', ' ')), { maxLength: 25 })
  .map((pieces) => pieces.flat().join(''));

const leaf = fc.constantFrom(
  ...['acme', '"Bruce Wayne"', 'acm*', 'name:x', 'name="X"', 'name:(a or b)', 'status:Lost', 'contacts > 1'],
  ...[
    'created:yesterday',
    'created >= "2 weeks ago"',
    'updated<now',
    'has:calls',
    'in:"Bad leads"',
    '-url:*',
  ],
  ...[
    'contact(title:ceo)',
    'call(date >= 2024-01-01 direction:inbound)',
    'custom.sources:(Website or "Trade show")',
  ],
  ...['created_by:me', 'email_address:"a@b.test"', 'opportunity(value != 5)', 'task(due <= 2024-02)'],
);
const { terms } = fc.letrec<{ terms: string }>((tie) => ({
  terms: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.constantFrom(' ', ' and ', ' or '), fc.array(tie('terms'), { minLength: 1, maxLength: 4 }))
      .map(([joiner, parts]) => parts.map((part) => `(${part})`).join(joiner)),
    tie('terms').map((part) => `not (${part})`),
    tie('terms').map((part) => `-(${part})`),
  ),
}));

describe('parseLegacyQuery', () => {
  it('accepts every query that is put together by the grammar', () => {
    fc.assert(
      fc.property(terms, (text) => {
        expect(() => parseLegacy(text)).not.toThrow();
        assertSound(text);
      }),
      { numRuns: 500 },
    );
  });

  it('throws nothing but QueryError, and accepts nothing that is no query, for any string', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }));
    fc.assert(fc.property(text, assertSound), { numRuns: 1_500 });
  });

  it('so too for any pieces of queries', () => {
    fc.assert(fc.property(soup, assertSound), { numRuns: 4_000 });
  });

  it('so too for queries with a part cut out, doubled or replaced', () => {
    const mutated = fc
      .tuple(terms, fc.nat(), fc.nat(5), fc.constantFrom(...PIECES))
      .map(([text, index, length, piece]) => {
        const start = index % (text.length + 1);
        return `${text.slice(0, start)}${piece}${text.slice(start + length)}`;
      });
    fc.assert(fc.property(mutated, assertSound), { numRuns: 3_000 });
  });

  it.each([
    '(',
    ')',
    '"',
    '-',
    '*',
    'a ',
    'a or ',
    'not ',
    '-a ',
    'name:(',
    'contact(',
    'url:a ',
    '-url:* ',
    '\\',
    '"\\',
    ': ',
  ])('answers for 10,000 characters of %j', (piece) => {
    readOrRefuse(piece.repeat(Math.floor(10_000 / piece.length)));
  });

  it('reads a text that narrows nothing as a query that matches everything, which is refused to delete with', () => {
    const nothing = fc
      .array(
        fc.constantFrom('*', '(*)', '* and *', '(* or acme)', 'not not *', '-(-*)', 'sort:created', '(* *)'),
        {
          minLength: 1,
          maxLength: 6,
        },
      )
      .map((parts) => parts.join(' '));
    fc.assert(
      fc.property(nothing, (text) => {
        expect(checkQuery(parseLegacy(text).node, CONTEXT).matchesEverything).toBe(true);
      }),
    );
  });
});
