import { Value } from '@sinclair/typebox/value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadQuery } from '../../../test/support/query-arbitrary.ts';
import { ago, all, between, query, text, where } from '../../../test/support/query-json.ts';
import { parseQuery } from './parse/query.ts';
import { QuerySchema, SortSchema } from './schema.ts';

describe('QuerySchema', () => {
  it('describes every query that the parser accepts', () => {
    const property = fc.property(leadQuery, (json) => {
      expect(() => parseQuery(json)).not.toThrow();
      expect(Value.Check(QuerySchema, json)).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it.each([
    ['an unknown node', { type: 'xor', queries: [] }],
    ['an unknown mode', query('lead', where('lead.name', text('full_word', 'a')))],
    ['an unknown key', { ...all(), limit: 5 }],
    ['an empty list of values', query('lead', where('lead.name', { type: 'term', values: [] }))],
    ['a negative offset', query('lead', where('lead.date_created', between(ago({ days: -1 }), null)))],
  ])('refuses %s, as the parser does', (_, json) => {
    expect(Value.Check(QuerySchema, json)).toBe(false);
    expect(() => parseQuery(json)).toThrow();
  });
});

describe('SortSchema', () => {
  const field = { type: 'regular_field', object_type: 'lead', field_name: 'name' };

  it('describes a sort', () => {
    expect(Value.Check(SortSchema, [{ direction: 'asc', field }])).toBe(true);
    expect(Value.Check(SortSchema, [{ direction: 'up', field }])).toBe(false);
  });
});
