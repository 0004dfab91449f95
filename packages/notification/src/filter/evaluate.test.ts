import type { JsonValue } from '@winnow/db';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passes } from './evaluate.ts';
import type { EventFilter } from './filter.ts';
import { parseFilter } from './parse.ts';

const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false }).map((value) => value as JsonValue);
const filters: fc.Arbitrary<EventFilter> = fc.letrec<{ filter: EventFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({
      type: fc.constantFrom('equals' as const, 'not_equals' as const, 'contains' as const),
      value: json,
    }),
    fc.record({ type: fc.constantFrom('is_null' as const, 'non_null' as const) }),
    fc.record({
      type: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(tie('filter'), { maxLength: 3 }),
    }),
    fc.record({ type: fc.constantFrom('not' as const, 'any_array_value' as const), filter: tie('filter') }),
    fc.record({
      type: fc.constant('field_accessor' as const),
      field: fc.constantFrom('a', 'b', 'toString', '__proto__'),
      filter: tie('filter'),
    }),
  ),
})).filter;

const event = {
  data: null,
  previous_data: { name: 'Acme Ltd', tags: ['a', 'b'], value: 5, status: null, nested: [{ x: 1 }, { x: 2 }] },
  changed_fields: ['status'],
};
const at = (field: string, filter: EventFilter): EventFilter => ({ type: 'field_accessor', field, filter });
const inData = (field: string, filter: EventFilter) => at('previous_data', at(field, filter));

describe('passes', () => {
  it.each<[string, EventFilter, boolean]>([
    ['equals a text', inData('name', { type: 'equals', value: 'Acme Ltd' }), true],
    ['equals another type', inData('value', { type: 'equals', value: '5' }), false],
    ['equals a whole list', inData('tags', { type: 'equals', value: ['a', 'b'] }), true],
    ['equals an object with its keys in another order', { type: 'equals', value: event }, true],
    ['not_equals', inData('value', { type: 'not_equals', value: 6 }), true],
    ['contains a part of a text', inData('name', { type: 'contains', value: 'Ltd' }), true],
    ['contains is exact about case', inData('name', { type: 'contains', value: 'ltd' }), false],
    ['contains a member of a list', inData('tags', { type: 'contains', value: 'b' }), true],
    ['contains no part of a member', inData('name', { type: 'contains', value: 5 }), false],
    ['is_null of null', inData('status', { type: 'is_null' }), true],
    ['is_null of what is not there', inData('gone', { type: 'is_null' }), true],
    ['is_null below null', at('data', at('name', { type: 'is_null' })), true],
    ['non_null', inData('value', { type: 'non_null' }), true],
    ['and of nothing', { type: 'and', filters: [] }, true],
    ['or of nothing', { type: 'or', filters: [] }, false],
    [
      'any_array_value with a field of the members',
      inData('nested', { type: 'any_array_value', filter: at('x', { type: 'equals', value: 2 }) }),
      true,
    ],
    [
      'any_array_value of what is no list',
      inData('name', { type: 'any_array_value', filter: { type: 'non_null' } }),
      false,
    ],
    ['an inherited property', at('toString', { type: 'non_null' }), false],
  ])('%s', (_what, filter, expected) => {
    const shuffled = { changed_fields: event.changed_fields, previous_data: event.previous_data, data: null };
    expect(passes(filter, shuffled)).toBe(expected);
  });

  it('answers every filter about every value, and survives being written down and read back', () => {
    fc.assert(
      fc.property(filters, json, (filter, value) => {
        const answer = passes(filter, value);
        const stored: unknown = JSON.parse(JSON.stringify(filter));
        expect(passes(parseFilter(stored, 'filter'), value)).toBe(answer);
      }),
      { numRuns: 500 },
    );
  });

  it('obeys the laws of logic', () => {
    fc.assert(
      fc.property(filters, filters, json, (one, other, value) => {
        const not = (filter: EventFilter): EventFilter => ({ type: 'not', filter });
        expect(passes(not(one), value)).toBe(!passes(one, value));
        expect(passes(not({ type: 'and', filters: [one, other] }), value)).toBe(
          passes({ type: 'or', filters: [not(one), not(other)] }, value),
        );
        expect(passes({ type: 'any_array_value', filter: one }, [value, value])).toBe(passes(one, value));
        expect(passes(at('a', one), { a: value })).toBe(passes(one, value));
        expect(passes({ type: 'equals', value }, value)).toBe(true);
        expect(passes({ type: 'contains', value }, [0, value])).toBe(true);
        expect(passes({ type: 'is_null' }, value)).toBe(!passes({ type: 'non_null' }, value));
      }),
      { numRuns: 500 },
    );
  });
});
