import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QueryError } from '../errors.ts';
import { QUERY_LIMITS } from '../limits.ts';
import { parseQuery } from './query.ts';

const wrap = (json: unknown, times: number): unknown => {
  let wrapped = json;
  for (let i = 0; i < times; i++) wrapped = { type: 'and', queries: [wrapped] };
  return wrapped;
};

function refusalOf(json: unknown, path?: string): QueryError {
  try {
    parseQuery(json, path);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error('the query was accepted');
}

describe('parseQuery', () => {
  it('parses every node, whatever the order of its keys', () => {
    const json = {
      queries: [
        { object_type: 'lead', type: 'object_type', negate: false },
        { type: 'or', queries: [], negate: true },
        { value: 'lead_1', type: 'id' },
        { type: 'match_all' },
        {
          condition: { type: 'exists' },
          negate: true,
          field: { custom_field_id: 'cf_1', type: 'custom_field' },
          type: 'field_condition',
        },
        {
          type: 'has_related',
          this_object_type: 'lead',
          related_object_type: 'contact',
          related_query: { type: 'match_all' },
        },
      ],
      type: 'and',
    };
    expect(parseQuery(json)).toEqual({
      type: 'and',
      negate: false,
      queries: [
        { type: 'object_type', negate: false, objectType: 'lead' },
        { type: 'or', negate: true, queries: [] },
        { type: 'id', negate: false, value: 'lead_1' },
        { type: 'match_all', negate: false },
        {
          type: 'field_condition',
          negate: true,
          field: { type: 'custom_field', customFieldId: 'cf_1' },
          condition: { type: 'exists' },
        },
        {
          type: 'has_related',
          negate: false,
          thisObjectType: 'lead',
          relatedObjectType: 'contact',
          relatedQuery: { type: 'match_all', negate: false },
        },
      ],
    });
  });

  const conditionOf = (condition: unknown) => {
    const node = parseQuery({
      type: 'field_condition',
      field: { type: 'regular_field', object_type: 'lead', field_name: 'name' },
      condition,
    });
    return node.type === 'field_condition' ? node.condition : undefined;
  };

  it.each([
    [
      { type: 'text', mode: 'phrase', value: 'a b' },
      { type: 'text', mode: 'phrase', value: 'a b' },
    ],
    [
      { type: 'boolean', value: false },
      { type: 'boolean', value: false },
    ],
    [{ type: 'exists' }, { type: 'exists' }],
    [
      { type: 'term', values: ['a', 1, true] },
      { type: 'term', values: ['a', 1, true] },
    ],
    [
      { type: 'reference', reference_type: 'user', object_ids: ['user_a'] },
      { type: 'reference', referenceType: 'user', objectIds: ['user_a'] },
    ],
    [{ type: 'current_user' }, { type: 'current_user' }],
    [
      { type: 'number_range', gt: 1.5, lte: null },
      { type: 'number_range', gt: 1.5, gte: null, lt: null, lte: null },
    ],
    [
      { type: 'moment_range', before: { type: 'now' } },
      { type: 'moment_range', onOrAfter: null, before: { type: 'now' } },
    ],
    [
      {
        type: 'moment_range',
        on_or_after: { type: 'fixed_utc', value: '2024-01-02 03:04:05.6+01:00' },
        before: null,
      },
      {
        type: 'moment_range',
        onOrAfter: { type: 'fixed_utc', value: '2024-01-02T02:04:05.6Z' },
        before: null,
      },
    ],
    [
      {
        type: 'moment_range',
        before: { type: 'offset', direction: 'future', moment: { type: 'now' }, offset: { days: 2 } },
      },
      {
        type: 'moment_range',
        onOrAfter: null,
        before: {
          type: 'offset',
          direction: 'future',
          moment: { type: 'now' },
          offset: { years: 0, months: 0, weeks: 0, days: 2, hours: 0, minutes: 0, seconds: 0 },
          whichDayEnd: null,
        },
      },
    ],
  ])('parses the condition %o', (json, expected) => {
    expect(conditionOf(json)).toEqual(expected);
  });

  it.each([
    '2024-01-02T03:04:05Z',
    '2024-01-02T03:04Z',
    '2024-01-02t03:04:05z',
    '2024-01-02T03:04:05',
    '2024-01-02T03:04:05+00:00',
    '2024-01-02T05:04:05+0200',
    '2024-01-02 05:04:05+02',
  ])('reads %s as the moment that it is, in UTC where it names no offset', (value) => {
    const expected =
      value.includes('05:04') || value.includes('04:05') ? '2024-01-02T03:04:05Z' : '2024-01-02T03:04:00Z';
    expect(conditionOf({ type: 'moment_range', before: { type: 'fixed_utc', value } })).toMatchObject({
      before: { value: expected },
    });
  });

  it('accepts nesting up to the limit, and refuses one more with the path', () => {
    const { depth } = QUERY_LIMITS;
    expect(parseQuery(wrap({ type: 'match_all' }, depth - 1)).type).toBe('and');
    const refusal = refusalOf(wrap({ type: 'match_all' }, depth));
    expect(refusal.code).toBe('QUERY_TOO_DEEP');
    expect(refusal.path).toBe(`s_query${'.queries[0]'.repeat(depth)}`);
  });

  it('does not exhaust the stack on a hundred thousand levels of nodes or moments', () => {
    let moment: unknown = { type: 'now' };
    for (let i = 0; i < 100_000; i++) moment = { type: 'offset', direction: 'past', moment, offset: {} };
    const field = { type: 'custom_field', custom_field_id: 'cf_1' };
    const condition = { type: 'moment_range', before: moment };
    expect(refusalOf(wrap({ type: 'match_all' }, 100_000)).code).toBe('QUERY_TOO_DEEP');
    expect(refusalOf({ type: 'field_condition', field, condition }).code).toBe('QUERY_TOO_DEEP');
  });

  it('counts nodes over the whole query', () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ type: 'match_all' }));
    const half = QUERY_LIMITS.nodes / 2;
    expect(parseQuery({ type: 'and', queries: many(QUERY_LIMITS.nodes - 1) }).type).toBe('and');
    const twoLists = {
      type: 'and',
      queries: [wrap({ type: 'and', queries: many(half) }, 1), { type: 'or', queries: many(half) }],
    };
    expect(refusalOf(twoLists).message).toBe('More than 5,000 nodes in one query.');
  });

  it('counts the characters of all texts together', () => {
    const value = 'x'.repeat(QUERY_LIMITS.textCharacters);
    const ids = (count: number) => ({
      type: 'or',
      queries: Array.from({ length: count }, () => ({ type: 'id', value })),
    });
    expect(parseQuery(ids(QUERY_LIMITS.totalCharacters / QUERY_LIMITS.textCharacters)).type).toBe('or');
    expect(refusalOf(ids(QUERY_LIMITS.totalCharacters / QUERY_LIMITS.textCharacters + 1)).code).toBe(
      'QUERY_TOO_LARGE',
    );
  });

  it('calls the query what it is told to', () => {
    expect(refusalOf({ type: 'and', queries: [{ type: 'nix' }] }, 'query').path).toBe(
      'query.queries[0].type',
    );
  });

  it('sees own keys only', () => {
    expect(refusalOf({ type: 'constructor' }).code).toBe('QUERY_UNKNOWN_NODE');
    expect(refusalOf({ type: 'toString' }).code).toBe('QUERY_UNKNOWN_NODE');
    expect(refusalOf(JSON.parse('{"__proto__": {"type": "match_all"}}')).code).toBe('QUERY_MISSING_KEY');
    expect(refusalOf(JSON.parse('{"type": "match_all", "__proto__": {"negate": true}}')).code).toBe(
      'QUERY_UNKNOWN_KEY',
    );
  });

  it('throws nothing but QueryError, whatever JSON it is given', () => {
    const keys = [
      'type',
      'queries',
      'negate',
      'field',
      'condition',
      'value',
      'values',
      'mode',
      'query',
      's_query',
      'object_type',
      'offset',
      'moment',
      'before',
      'gt',
      'related_query',
    ];
    const types = [
      'and',
      'or',
      'id',
      'object_type',
      'match_all',
      'field_condition',
      'has_related',
      'text',
      'term',
      'number_range',
      'moment_range',
      'regular_field',
      'custom_field',
      'reference',
      'offset',
      'now',
      'exists',
    ];
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.constantFrom(...types),
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.double(),
          fc.boolean(),
          fc.constant(null),
          fc.constant(Number.POSITIVE_INFINITY),
        ),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('json'), { maxKeys: 5 }),
        fc.record({ type: fc.constantFrom('and', 'or'), queries: fc.array(tie('json'), { maxLength: 4 }) }),
        fc.record({ type: fc.constant('field_condition'), field: tie('json'), condition: tie('json') }),
      ),
    }));
    const property = fc.property(fc.oneof(json, fc.anything(), fc.jsonValue()), (value) => {
      try {
        parseQuery(value);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        expect(error.path.startsWith('s_query')).toBe(true);
        expect(error.message.length).toBeLessThan(1_000);
      }
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
