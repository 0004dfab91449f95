import { CRM_CATALOG } from '@winnow/catalog';
import type { JsonObject } from '@winnow/db';
import { describe, expect, it } from 'vitest';
import { describeQuery } from './describe-query.ts';

const say = (query: JsonObject) => describeQuery(query, CRM_CATALOG);
const lead: JsonObject = { type: 'object_type', object_type: 'lead' };
const where = (name: string, condition: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'field_condition',
  field: { type: 'regular_field', object_type: 'lead', field_name: name },
  condition,
  ...more,
});
const named = (value: string) => where('name', { type: 'text', mode: 'full_words', value });
const NOW: JsonObject = { type: 'now' };

describe('describeQuery', () => {
  it('says the documented example of Close', () => {
    expect(say({ type: 'and', queries: [lead, named('ACME Inc.')] })).toBe('name has the words “ACME Inc.”');
  });

  it('puts brackets only where they are needed', () => {
    const nested = { type: 'and', queries: [lead, { type: 'and', queries: [named('a'), named('b')] }] };
    expect(say(nested)).toBe('name has the words “a” and name has the words “b”');
    const either: JsonObject = { type: 'or', queries: [named('a'), named('b')] };
    expect(say({ type: 'and', queries: [lead, either] })).toBe(
      'name has the words “a” or name has the words “b”',
    );
    expect(say({ type: 'and', queries: [lead, either, named('c')] })).toBe(
      '(name has the words “a” or name has the words “b”) and name has the words “c”',
    );
  });

  it('negates the whole node', () => {
    const either: JsonObject = { type: 'or', negate: true, queries: [named('a'), named('b')] };
    expect(
      say({ type: 'and', queries: [lead, either, where('url', { type: 'exists' }, { negate: true })] }),
    ).toBe('not (name has the words “a” or name has the words “b”) and not (url is set)');
  });

  it.each<[JsonObject, string]>([
    [{ type: 'text', mode: 'phrase', value: 'x y' }, 'f has the phrase “x y”'],
    [{ type: 'text', mode: 'beginning_of_words', value: 'x' }, 'f has words that begin with “x”'],
    [{ type: 'text', mode: 'exact_value', value: 'x' }, 'f is exactly “x”'],
    [{ type: 'term', values: ['a', 'b'] }, 'f is “a” or “b”'],
    [
      { type: 'reference', reference_type: 'status.lead', object_ids: ['stat_a', 'stat_b'] },
      'f is stat_a or stat_b',
    ],
    [{ type: 'boolean', value: true }, 'f is true'],
    [{ type: 'current_user' }, 'f is the one who asked'],
    [{ type: 'number_range', gte: 1, lt: 2.5 }, 'f ≥ 1 and < 2.5'],
    [{ type: 'moment_range', on_or_after: null, before: NOW }, 'f is before now'],
    [
      {
        type: 'moment_range',
        on_or_after: { type: 'fixed_utc', value: '2026-01-01T00:00:00+00:00' },
        before: { type: 'fixed_local_date', value: '2026-02-18', which: 'start' },
      },
      'f is on or after 1 Jan 2026, 00:00 UTC and before the start of 2026-02-18',
    ],
    [
      {
        type: 'moment_range',
        before: {
          type: 'offset',
          direction: 'past',
          moment: NOW,
          offset: { years: 1, months: 0, days: 14 },
          which_day_end: 'start',
        },
      },
      'f is before 1 year 14 days before now',
    ],
    [
      {
        type: 'moment_range',
        on_or_after: { type: 'start_end_of_predefined_relative_period', range: 'last-month', which: 'start' },
      },
      'f is on or after the start of last month',
    ],
  ])('says the condition %j', (condition, words) => {
    expect(say(where('f', condition))).toBe(words);
  });

  it('says relations, nested and negated', () => {
    const email: JsonObject = {
      type: 'has_related',
      this_object_type: 'contact',
      related_object_type: 'contact_email',
      related_query: { type: 'match_all' },
    };
    const contact: JsonObject = {
      type: 'has_related',
      negate: true,
      this_object_type: 'lead',
      related_object_type: 'contact',
      related_query: { type: 'and', queries: [named('Bruce'), email] },
    };
    expect(say({ type: 'and', queries: [lead, contact] })).toBe(
      'not (there is a related contact whose name has the words “Bruce” and there is a related e-mail address)',
    );
  });

  it('says nothing for a query that narrows nothing down', () => {
    expect(say({ type: 'and', queries: [lead] })).toBe('');
    expect(say({ type: 'and', queries: [lead, { type: 'and', queries: [] }] })).toBe('');
  });

  it.each<[string, JsonObject]>([
    [
      'a node it does not know',
      { type: 'and', queries: [named('a'), { type: 'saved_search', saved_search_id: 's' }] },
    ],
    ['a node named like a property of every object', { type: 'constructor' }],
    ['a condition it does not know', where('f', { type: 'local_time' })],
    [
      'an alternative that matches everything',
      { type: 'or', queries: [named('a'), { type: 'and', queries: [] }] },
    ],
    ['the opposite of everything', { type: 'and', negate: true, queries: [] }],
    ['no alternative at all', { type: 'or', queries: [] }],
    ['more than a reader would read', named('x'.repeat(600))],
  ])('has no words rather than wrong ones for %s', (_what, query) => {
    expect(say(query)).toBeUndefined();
  });
});
