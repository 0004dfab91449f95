import { QUERY_LIMITS } from '@winnow/query';

/** JSON whose keys reach for what every object inherits; a literal could not have the first as a key of its own. */
const PROTOTYPES = [
  '{"__proto__":{"type":"match_all"}}',
  '{"type":"match_all","__proto__":{"negate":true}}',
  '{"constructor":{"prototype":{"negate":true}}}',
  '{"type":"__proto__"}',
  '{"type":"constructor"}',
  '{"type":"toString"}',
].map((text): unknown => JSON.parse(text));

/** A list in a list in a list. */
const deepList = (levels: number): unknown => (levels === 0 ? [] : [deepList(levels - 1)]);
const deepMoment = (levels: number): unknown =>
  levels === 0
    ? { type: 'now' }
    : { type: 'offset', direction: 'past', moment: deepMoment(levels - 1), offset: { days: 1 } };

/** What stands where something else should: other types, numbers no column holds, texts no database stores, SQL. */
export const HOSTILE_VALUES: readonly unknown[] = [
  ...[null, undefined, true, false, 0, -0, -1, 0.5, 1e308, -1e308, 2 ** 53, 2 ** 63, 1e-320],
  ...[Number.NaN, Number.POSITIVE_INFINITY, 10n, Symbol.iterator, () => true],
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfff',
    '\u0663',
    '\u200b',
    '%',
    '_',
    '*',
    'null',
    'true',
    '0',
    '-1',
  ],
  ...['x'.repeat(QUERY_LIMITS.textCharacters + 1), 'x '.repeat(1_000), '\u{1f600}'.repeat(500)],
  ...[
    "'; drop table lead; --",
    "x' or '1'='1",
    '" or "1"="1',
    '$1',
    '{name}',
    '{{1}}',
    't0.id',
    '*/ or true /*',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'organization_id',
    'custom',
    'id',
    'select 1',
  ],
  ...['and', 'match_all', 'object_type', 'lead', 'contact', 'activity.call', 'deal', 'exists', 'full_words'],
  ...[
    '2026-02-30',
    '2026-02-30T10:00:00Z',
    '0000-01-01',
    '9999-12-31',
    '2026-01-01T24:00:00Z',
    '24:00:00',
    'now',
  ],
  ...['-271821-04-19T00:00:00Z', '9999-12-31T23:59:59.999999999-23:59', '2026-13-01T00:00Z', '08:00'],
  ...[
    'lead_00000000000000000000',
    'lead_zzzzzzzzzzzzzzzzzzzzzz',
    'cf_0000000000000000000001',
    'group_b',
    'save_x',
  ],
  ...['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', '{00000000-0000}'],
  ...[[], {}, [null], [[]], [{}], { type: null }, { type: 'and' }, { type: 'and', queries: {} }, new Date(0)],
  ...[
    { type: 'or', queries: [] },
    { type: 'match_all' },
    { type: 'match_all', negate: 'yes' },
    { length: 3 },
  ],
  ...[
    { query: { type: 'match_all' }, sort: [] },
    { s_query: { type: 'match_all' } },
    'status:"won" sort:name',
  ],
  ...[
    { type: 'now' },
    { type: 'fixed_utc', value: 5 },
    { days: 1e10 },
    { days: 1e300 },
    { years: 9_999_999_999 },
  ],
  ...[deepList(60), deepList(2_000), deepMoment(60), deepMoment(70), deepMoment(1_000)],
  ...[
    Array.from({ length: QUERY_LIMITS.listValues + 1 }, () => 'x'),
    Array.from({ length: 6_000 }, () => ({})),
  ],
  ...PROTOTYPES,
];

/** Keys of a query, misspelt ones, and such as every object inherits. */
export const HOSTILE_KEYS: readonly string[] = [
  ...[
    'type',
    'negate',
    'queries',
    'query',
    's_query',
    'value',
    'values',
    'mode',
    'field',
    'condition',
    'object_type',
  ],
  ...[
    'field_name',
    'custom_field_id',
    'on_or_after',
    'before',
    'gte',
    'lt',
    'gt',
    'lte',
    'moment',
    'offset',
    'which',
  ],
  ...[
    'related_query',
    'related_object_type',
    'this_object_type',
    'object_ids',
    'reference_type',
    'saved_search_id',
  ],
  ...['Type', 'negated', 'not', 'type ', '', '$where', 'constructor', 'toString', 'a\0', '\ud800', "'; drop"],
];
