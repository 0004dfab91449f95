import { describe, expect, it } from 'vitest';
import { FilterError, MAX_FILTER_DEPTH, MAX_FILTER_NODES, parseFilter } from './parse.ts';

const errorOf = (given: unknown): FilterError => {
  try {
    parseFilter(given, 'event_filter');
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error('nothing was wrong with it');
};

const nested = (depth: number): unknown =>
  depth === 1 ? { type: 'non_null' } : { type: 'not', filter: nested(depth - 1) };

describe('parseFilter', () => {
  it('takes every kind of filter as it is, the example of the reference among them', () => {
    for (const filter of [
      { type: 'equals', value: 1 },
      { type: 'not_equals', value: null },
      { type: 'contains', value: ['a'] },
      { type: 'is_null' },
      { type: 'non_null' },
      { type: 'and', filters: [] },
      { type: 'or', filters: [{ type: 'is_null' }] },
      { type: 'not', filter: { type: 'is_null' } },
      { type: 'any_array_value', filter: { type: 'equals', value: 'x' } },
      {
        type: 'field_accessor',
        field: 'meta',
        filter: { type: 'field_accessor', field: 'bulk_action_id', filter: { type: 'non_null' } },
      },
    ])
      expect(parseFilter(filter, 'event_filter')).toEqual(filter);
  });

  it.each([
    ['event_filter', 'text'],
    ['event_filter', []],
    ['event_filter.type', {}],
    ['event_filter.type', { type: 'matches' }],
    ['event_filter.type', { type: 'constructor' }],
    ['event_filter.value', { type: 'equals' }],
    ['event_filter.filters', { type: 'and' }],
    ['event_filter.filters', { type: 'and', filters: { type: 'is_null' } }],
    ['event_filter.filters[1].value', { type: 'or', filters: [{ type: 'is_null' }, { type: 'contains' }] }],
    ['event_filter.filter', { type: 'not' }],
    ['event_filter.filter', { type: 'not', filter: null }],
    ['event_filter.field', { type: 'field_accessor', filter: { type: 'is_null' } }],
    ['event_filter.field', { type: 'field_accessor', field: 5, filter: { type: 'is_null' } }],
    [
      'event_filter.filter.filter.type',
      { type: 'field_accessor', field: 'a', filter: { type: 'not', filter: {} } },
    ],
    ['event_filter.negate', { type: 'is_null', negate: true }],
  ])('names %s as what is wrong', (path, filter) => {
    expect(errorOf(filter).path).toBe(path);
  });

  it('bounds depth, number and size', () => {
    expect(parseFilter(nested(MAX_FILTER_DEPTH), 'f')).toEqual(nested(MAX_FILTER_DEPTH));
    expect(errorOf(nested(MAX_FILTER_DEPTH + 1)).message).toContain('deep');
    const many = (n: number) => ({
      type: 'and',
      filters: Array.from({ length: n }, () => ({ type: 'is_null' })),
    });
    expect(parseFilter(many(MAX_FILTER_NODES - 1), 'f')).toEqual(many(MAX_FILTER_NODES - 1));
    expect(errorOf(many(MAX_FILTER_NODES)).path).toBe(`event_filter.filters[${MAX_FILTER_NODES - 1}]`);
    expect(errorOf({ type: 'equals', value: 'x'.repeat(30_000) }).message).toContain('characters');
  });
});
