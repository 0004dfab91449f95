import { CRM_CATALOG } from '@winnow/catalog';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileJson, compileWhere, writeSql } from '../../../../test/support/compiled-query.ts';
import { CUSTOM_FIELD_IDS } from '../../../../test/support/custom-fields.ts';
import { ATTACKS } from '../../../../test/support/hostile-queries/attacks.ts';
import { leadQuery } from '../../../../test/support/query-arbitrary.ts';
import {
  about,
  any,
  at,
  between,
  byId,
  not,
  numbers,
  query,
  reference,
  related,
  term,
  text,
  where,
  whereCustom,
} from '../../../../test/support/query-json.ts';
import { QueryError } from '../errors.ts';

/** The SQL that a query gives with harmless text in place of the attack. */
function comparePlaces(place: (value: string) => unknown, attack: string): void {
  // A text without any word is compared in another way, for which there is no index.
  const harmless = compileWhere(place(/[0-9a-z]/i.test(attack) ? 'harmless' : '-'));
  const attacked = compileWhere(place(attack));
  expect(attacked.sql).toBe(harmless.sql);
  expect(JSON.stringify(attacked.parameters)).toContain(JSON.stringify(attack).slice(1, -1));
}

describe('a value of the request', () => {
  const places: readonly (readonly [string, (value: string) => unknown])[] = [
    ['full_words', (value) => query('lead', where('lead.name', text('full_words', `a ${value}`)))],
    ['phrase', (value) => query('lead', where('lead.name', text('phrase', `a ${value}`)))],
    [
      'beginning_of_words',
      (value) => query('lead', where('lead.name', text('beginning_of_words', `a ${value}`))),
    ],
    ['exact_value', (value) => query('lead', where('lead.name', text('exact_value', value)))],
    ['term', (value) => query('lead', where('lead.name', term(value)))],
    ['one of several terms', (value) => query('lead', where('lead.name', term('a', value)))],
    ['a negated term', (value) => query('lead', any(not(where('lead.name', term(value)))))],
    ['a term on a looked-up field', (value) => query('lead', where('lead.status_label', term(value)))],
    [
      'a text in a custom field',
      (value) => query('lead', whereCustom(CUSTOM_FIELD_IDS.text, text('exact_value', value))),
    ],
  ];
  for (const [name, place] of places) {
    it.each(ATTACKS)(`of ${name} is bound as a parameter: %s`, (attack) => comparePlaces(place, attack));
  }

  it.each(ATTACKS)('in the JSON document of a custom field stays one string: %s', (attack) => {
    const json = query('lead', whereCustom(CUSTOM_FIELD_IDS.text, term(attack)));
    const { sql, parameters } = compileWhere(json);
    expect(sql).toBe(
      `"t0"."organization_id" = $1::uuid and ("t0"."custom" <> '{}' and "t0"."custom" @> $2::jsonb)`,
    );
    expect(Object.values(JSON.parse(String(parameters[1])))).toEqual([attack]);
  });
});

describe('a name of the request', () => {
  const field = (fieldName: string) => where(`lead.${fieldName}`, term('a'));
  const places: readonly (readonly [string, (name: string) => unknown])[] = [
    ['object type', (name) => about(name)],
    ['related object type', (name) => query('lead', related(`lead > ${name}`, { type: 'match_all' }))],
    ['this object type', (name) => query('lead', related(`${name} > contact`, { type: 'match_all' }))],
    [
      'field name',
      (name) =>
        query('lead', {
          ...field('name'),
          field: { type: 'regular_field', object_type: 'lead', field_name: name },
        }),
    ],
    [
      'object type of a field',
      (name) =>
        query('lead', {
          ...field('name'),
          field: { type: 'regular_field', object_type: name, field_name: 'name' },
        }),
    ],
    ['custom field', (name) => query('lead', whereCustom(name, term('a')))],
    ['id', (name) => query('lead', byId(name))],
    ['id in a term', (name) => query('lead', where('lead.id', term(name)))],
    ['id in a reference', (name) => query('lead', where('lead.created_by', reference('user', name)))],
    ['reference type', (name) => query('lead', where('lead.created_by', reference(name, 'group_a')))],
    ['moment', (name) => query('lead', where('lead.date_created', between(at(name), null)))],
    ['text mode', (name) => query('lead', where('lead.name', text(name, 'a')))],
    ['number', (name) => query('lead', where('lead.num_contacts', numbers({ gt: name })))],
    ['node type', (name) => ({ type: name })],
  ];
  for (const [name, place] of places) {
    const names = [
      ...ATTACKS,
      '__proto__',
      'constructor',
      'toString',
      'organization_id',
      'custom',
      '*',
      't0.id',
    ];
    it.each(names)(`as ${name} is refused: %s`, (attack) => {
      expect(() => compileWhere(place(attack))).toThrow(QueryError);
    });
  }
});

describe('a sort of the request', () => {
  const item = (direction: unknown, fieldName: unknown) => ({
    direction,
    field: { type: 'regular_field', object_type: 'lead', field_name: fieldName },
  });

  it.each(ATTACKS)('refuses %s as a direction and as a field', (attack) => {
    expect(() => compileJson(about('lead'), { sort: [item(attack, 'name')] })).toThrow(QueryError);
    expect(() => compileJson(about('lead'), { sort: [item('asc', attack)] })).toThrow(QueryError);
  });
});

describe('any query', () => {
  /** Names that the catalog has, and the compiler's own aliases. */
  const names = new Set([
    ...[CRM_CATALOG.schema, 'id', 't0', 't1', 'v', 'e', 'value', 'C'],
    ...Object.values(CRM_CATALOG.tables).flatMap(({ name, tenantColumn, customColumn, relations }) => [
      ...[name, tenantColumn, customColumn ?? tenantColumn],
      ...relations.map(({ column }) => column),
    ]),
    ...Object.values(CRM_CATALOG.objectTypes).flatMap(({ fields }) =>
      Object.values(fields).flatMap(({ source }) =>
        source.from === 'column' || source.from === 'lookup' ? [source.column] : [],
      ),
    ),
  ]);
  const literals = new Set(["'%'", "'array'", "'number'", "'{}'", "''", "'null'", `'""'`, "'[]'"]);
  const words = new Set([
    ...[
      'and',
      'any',
      'as',
      'asc',
      'case',
      'collate',
      'count',
      'desc',
      'else',
      'end',
      'exists',
      'false',
      'from',
      'in',
    ],
    ...[
      'is',
      'last',
      'like',
      'not',
      'null',
      'nulls',
      'or',
      'select',
      'then',
      'true',
      'when',
      'where',
      'e',
      'value',
    ],
    ...['bigint', 'boolean', 'date', 'jsonb', 'numeric', 'text', 'timestamptz', 'uuid', 'btrim', 'lower'],
    ...['jsonb_array_elements', 'jsonb_build_array', 'jsonb_typeof'],
    ...['winnow_all_word_starts', 'winnow_all_words', 'winnow_custom_tsvector'],
    ...['winnow_tsvector', 'winnow_words'],
  ]);

  function isKnown(token: string): boolean {
    if (token.startsWith('"')) return names.has(token.slice(1, -1));
    if (token.startsWith("'")) return literals.has(token) || token.startsWith("'^\\d{4}-");
    if (/^[a-z]/i.test(token)) return words.has(token);
    return /^(\$\d+|[(),.*<>=@|~:#[\]-]|0)$/.test(token);
  }

  it('gives SQL of known words only, every value bound, and the organization at each table', () => {
    const property = fc.property(leadQuery, (json) => {
      const { where: condition, orderBy } = compileJson(json);
      const { sql, parameters } = writeSql(condition);
      const tokens = sql.match(/"[^"]*"|'[^']*'|\$\d+|[a-z_]+|\d+|\S/gi) ?? [];
      expect(tokens.filter((token) => !isKnown(token))).toEqual([]);
      expect(orderBy.map((order) => writeSql(order).sql)).toEqual(['"t0"."id" asc']);
      expect(sql.match(/\$\d+/g)?.length).toBe(parameters.length);
      const tables = 1 + (sql.match(/from "public"\./g)?.length ?? 0);
      expect(sql.match(/"organization_id" = \$\d+::uuid/g)?.length).toBe(tables);
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
