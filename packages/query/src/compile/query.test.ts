import { encodeId } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { compileJson, compileWhere, FROZEN, writeSql } from '../../../../test/support/compiled-query.ts';
import { CUSTOM_FIELD_IDS, customFieldKey } from '../../../../test/support/custom-fields.ts';
import { LIBRARY_CATALOG } from '../../../../test/support/library-catalog.ts';
import {
  about,
  ago,
  all,
  any,
  at,
  between,
  byId,
  everything,
  exists,
  isTrue,
  me,
  not,
  now,
  numbers,
  query,
  reference,
  related,
  term,
  text,
  where,
  whereCustom,
} from '../../../../test/support/query-json.ts';

const T = FROZEN.tenantId;
const A = '00000000-0000-7000-8000-000000000001';
const B = '00000000-0000-7000-8000-000000000002';
const TENANT = '"t0"."organization_id" = $1::uuid';

/** The conditions that a query adds to those that bind it. */
function conditionOf(json: unknown, input = {}): readonly [string, ...unknown[]] {
  const { sql, parameters } = compileWhere(json, input);
  expect(sql.startsWith(`${TENANT} and `)).toBe(true);
  expect(parameters[0]).toBe(T);
  return [sql.slice(`${TENANT} and `.length), ...parameters.slice(1)];
}

describe('compileQuery', () => {
  it("compiles Close's documented example as it is", () => {
    const request = {
      results_limit: null,
      s_query: query('lead', where('lead.name', text('full_words', 'ACME Inc.'))),
      sort: [
        {
          direction: 'desc',
          field: { type: 'regular_field', object_type: 'lead', field_name: 'date_created' },
        },
      ],
    };
    const compiled = compileJson(request.s_query, { sort: request.sort });
    expect(compiled).toMatchObject({ table: 'lead', alias: 't0' });
    expect(writeSql(compiled.from).sql).toBe('"public"."lead" as "t0"');
    expect(writeSql(compiled.where)).toEqual({
      sql: `${TENANT} and winnow_tsvector("t0"."name") @@ winnow_all_words($2)`,
      parameters: [T, 'ACME Inc.'],
    });
    expect(compiled.orderBy.map((item) => writeSql(item).sql)).toEqual([
      '"t0"."date_created" desc nulls last',
      '"t0"."id" asc',
    ]);
  });

  it('binds a query without conditions to the organization', () => {
    expect(compileWhere(about('lead'))).toEqual({ sql: TENANT, parameters: [T] });
  });

  it('binds an object type that shares its table to its type column, at every level', () => {
    expect(compileWhere(query('activity.call', not(everything))).sql).toBe(
      `${TENANT} and "t0"."type" = $2 and false`,
    );
    expect(conditionOf(query('lead', related('lead > note', where('note.pinned', isTrue(true)))))).toEqual([
      'exists (select from "public"."activity" as "t1" where "t1"."organization_id" = $2::uuid ' +
        'and "t1"."type" = $3 and "t1"."lead_id" = "t0"."id" and "t1"."pinned" = $4::boolean)',
      T,
      'note',
      true,
    ]);
  });

  it('joins related objects from parent to child and from child to parent, each level in its organization', () => {
    const json = query(
      'contact',
      related('contact > lead', related('lead > deal', byId(encodeId('oppo', A)))),
    );
    expect(conditionOf(json)).toEqual([
      '(exists (select from "public"."lead" as "t1" where "t1"."organization_id" = $2::uuid ' +
        'and "t1"."id" = "t0"."lead_id") and exists (select from "public"."opportunity" as "t2" ' +
        'where "t2"."organization_id" = $3::uuid and "t2"."lead_id" = "t0"."lead_id" and "t2"."id" = $4::uuid))',
      T,
      T,
      A,
    ]);
  });

  it('asks of an object that is reached by its id only inside what needs more of it than the id', () => {
    const calls = where('lead.num_calls', numbers({ gte: 3 }));
    const json = query('contact', not(related('contact > lead', all(where('lead.name', term('a')), calls))));
    expect(conditionOf(json)[0]).toBe(
      '((exists (select from "public"."lead" as "t1" where "t1"."organization_id" = $2::uuid ' +
        'and "t1"."id" = "t0"."lead_id" and "t1"."name" = $3) and (select count(*) from "public"."activity" as "v" ' +
        'where "v"."organization_id" = $4::uuid and "v"."lead_id" = "t0"."lead_id" ' +
        `and ("v"."type" = 'call')) >= $5::bigint)) is not true`,
    );
  });

  it('keeps a negated has_related an anti-join', () => {
    expect(conditionOf(query('lead', not(related('lead > task', everything))))[0]).toMatch(
      /^not \(exists \(/,
    );
  });
});

describe('compiling and, or and negate', () => {
  const name = where('lead.name', term('a'));
  const url = where('lead.url', term('b'));

  it.each([
    ['and', all(name, url), '("t0"."name" = $2 and "t0"."url" = $3)'],
    ['or', any(name, url), '("t0"."name" = $2 or "t0"."url" = $3)'],
    ['a negated condition, so that it includes nulls', not(name), '("t0"."name" = $2) is not true'],
    ['a negated or', not(any(name, url)), '(("t0"."name" = $2 or "t0"."url" = $3)) is not true'],
    ['a double negation', not(all(not(name))), '"t0"."name" = $2'],
    [
      'alternatives inside and',
      all(any(name, url), name),
      '(("t0"."name" = $2 or "t0"."url" = $3) and "t0"."name" = $4)',
    ],
    ['constants away', all(everything, any(name, not(everything)), all()), '"t0"."name" = $2'],
  ])('writes %s', (_, node, expected) => {
    expect(conditionOf(query('lead', node))[0]).toBe(expected);
  });

  it('makes one list of alternatives that name ids', () => {
    const json = query('lead', any(byId(encodeId('lead', A)), name, byId(B), byId(A)));
    expect(conditionOf(json)).toEqual(['("t0"."id" = any($2::uuid[]) or "t0"."name" = $3)', [A, B], 'a']);
  });

  it('writes a query that nothing can match as false', () => {
    expect(conditionOf(query('lead', any()))[0]).toBe('false');
    expect(conditionOf(query('lead', related('lead > task', any())))[0]).toBe('false');
  });
});

describe('compiling conditions on columns', () => {
  it.each([
    ['full_words', 'winnow_tsvector("t0"."name") @@ winnow_all_words($2)'],
    ['beginning_of_words', 'winnow_tsvector("t0"."name") @@ winnow_all_word_starts($2)'],
    [
      'phrase',
      `(winnow_tsvector("t0"."name") @@ winnow_all_words($2) and winnow_words("t0"."name") like '%' || winnow_words($3) || '%')`,
    ],
    [
      'exact_value',
      `(winnow_tsvector("t0"."name") @@ winnow_all_words($2) and lower(btrim("t0"."name")) = lower(btrim($3)))`,
    ],
  ])('writes the text mode %s', (mode, expected) => {
    const [sql, ...parameters] = conditionOf(query('lead', where('lead.name', text(mode, '50% off'))));
    expect(sql).toBe(expected);
    expect(new Set(parameters)).toEqual(new Set(['50% off']));
  });

  it.each([
    ['term with one value', where('lead.source', term('web')), ['"t0"."source" = $2', 'web']],
    ['term with several', where('lead.source', term('a', 'b')), ['"t0"."source" = any($2)', ['a', 'b']]],
    ['term on an id', where('lead.id', term(A)), ['"t0"."id" = $2::uuid', A]],
    ['exists on text', where('lead.url', exists), [`"t0"."url" <> ''`]],
    ['exists on a reference', where('lead.status_id', exists), ['"t0"."status_id" is not null']],
    ['current_user', where('lead.created_by', me), ['"t0"."created_by" = $2::uuid', FROZEN.userId]],
    [
      'reference',
      where('lead.status_id', reference('status.lead', encodeId('stat', A), B)),
      ['"t0"."status_id" = any($2::uuid[])', [A, B]],
    ],
    [
      'a reference to users, of which groups are none',
      where('lead.created_by', reference('user_or_group', A, 'group_b')),
      ['"t0"."created_by" = $2::uuid', A],
    ],
    [
      'moment_range',
      where('lead.date_created', between(at('2026-01-01T00:00:00+01:00'), now)),
      [
        '("t0"."date_created" >= $2::timestamptz and "t0"."date_created" < $3::timestamptz)',
        '2025-12-31T23:00:00.000000Z',
        '2026-03-31T14:30:00.000000Z',
      ],
    ],
  ])('writes %s', (_, node, expected) => {
    expect(conditionOf(query('lead', node))).toEqual(expected);
  });

  it.each([
    [{ gt: 1.5 }, ['"t0"."value" > $2::bigint', 1]],
    [{ gte: 1.5 }, ['"t0"."value" >= $2::bigint', 2]],
    [{ lt: 1.5 }, ['"t0"."value" < $2::bigint', 2]],
    [{ lte: 1.5 }, ['"t0"."value" <= $2::bigint', 1]],
    [{ gte: 3, lte: 3 }, ['("t0"."value" >= $2::bigint and "t0"."value" <= $3::bigint)', 3, 3]],
    [{ lt: 1e30, gt: null }, ['"t0"."value" < $2::numeric', 1e30]],
  ])('rounds the bounds %o of a whole-number column inwards', (bounds, expected) => {
    expect(conditionOf(query('opportunity', where('opportunity.value', numbers(bounds))))).toEqual(expected);
  });

  it('rounds a moment finer than what Postgres keeps up, so that both comparisons stay what they were', () => {
    const json = query('lead', where('lead.date_created', between(at('2026-01-01T00:00:00.0000001Z'), null)));
    expect(conditionOf(json)[1]).toBe('2026-01-01T00:00:00.000001Z');
  });

  it('compares dates with the day that a moment falls on in the frozen time zone', () => {
    const json = query('deal', where('deal.date_won', between(at('2026-01-31T22:30:00Z'), now)));
    const days = (tzOffsetMinutes: number) => conditionOf(json, { tzOffsetMinutes }).slice(1);
    expect(conditionOf(json)[0]).toBe('("t0"."date_won" >= $2::date and "t0"."date_won" < $3::date)');
    expect(days(0)).toEqual(['2026-01-31', '2026-03-31']);
    expect(days(90)).toEqual(['2026-02-01', '2026-03-31']);
    expect(days(10 * 60)).toEqual(['2026-02-01', '2026-04-01']);
  });
});

describe('a text without an ASCII letter or digit', () => {
  it('ties the whole statement to what the database makes of it', () => {
    const node = not(where('lead.name', text('full_words', '北京')));
    expect(conditionOf(query('lead', any(node, where('lead.url', text('phrase', 'Ä')))))).toEqual([
      '((winnow_tsvector("t0"."name") @@ winnow_all_words($2)) is not true or ' +
        `(winnow_tsvector("t0"."url") @@ winnow_all_words($3) and winnow_words("t0"."url") like '%' || winnow_words($4) || '%'))` +
        ' and winnow_all_words($5) is not null',
      '北京',
      'Ä',
      'Ä',
      '北京',
    ]);
  });
});

describe('compiling fields that come from other tables', () => {
  it('tests a looked-up value inside exists', () => {
    expect(conditionOf(query('deal', where('deal.status_type', term('won', 'lost'))))).toEqual([
      'exists (select from "public"."opportunity_status" as "v" where "v"."organization_id" = $2::uuid ' +
        'and "v"."id" = "t0"."status_id" and "v"."type" = any($3))',
      T,
      ['won', 'lost'],
    ]);
  });

  it('compares a choice with words as text, since it may be an enum', () => {
    const json = query('deal', where('deal.value_period', text('full_words', 'one')));
    expect(conditionOf(json)[0]).toBe('winnow_tsvector("t0"."value_period"::text) @@ winnow_all_words($2)');
  });

  const rows =
    'from "public"."contact" as "v" where "v"."organization_id" = $2::uuid and "v"."lead_id" = "t0"."id"';
  it.each([
    [{ gt: 0 }, `exists (select ${rows})`],
    [{ gte: 1 }, `exists (select ${rows})`],
    [{ lte: 0 }, `not (exists (select ${rows}))`],
    [{ lt: 1, lte: 7 }, `not (exists (select ${rows}))`],
    [{ gte: 2 }, `(select count(*) ${rows}) >= $3::bigint`],
    [{ lt: 2 }, `(select count(*) ${rows}) < $3::bigint`],
  ])('counts for %o only where a count is needed', (bounds, expected) => {
    expect(conditionOf(query('lead', where('lead.num_contacts', numbers(bounds))))[0]).toBe(expected);
  });
});

describe('compiling conditions on custom fields', () => {
  const key = (field: keyof typeof CUSTOM_FIELD_IDS) => customFieldKey(CUSTOM_FIELD_IDS[field]);
  const on = (field: keyof typeof CUSTOM_FIELD_IDS, condition: Readonly<Record<string, unknown>>) =>
    query('lead', whereCustom(CUSTOM_FIELD_IDS[field], condition));

  it('asks for one value by containment', () => {
    expect(conditionOf(on('choices', term('Website')))).toEqual([
      `("t0"."custom" <> '{}' and "t0"."custom" @> $2::jsonb)`,
      JSON.stringify({ [key('choices')]: 'Website' }),
    ]);
    expect(conditionOf(on('user', me))).toEqual([
      `("t0"."custom" <> '{}' and "t0"."custom" @> $2::jsonb)`,
      JSON.stringify({ [key('user')]: FROZEN.userId }),
    ]);
  });

  it('asks a field of several values for a list that holds it, or for the value itself', () => {
    expect(conditionOf(on('manyUsers', reference('user', A)))).toEqual([
      `("t0"."custom" <> '{}' and "t0"."custom" @> any($2::jsonb[]))`,
      [JSON.stringify({ [key('manyUsers')]: [A] }), JSON.stringify({ [key('manyUsers')]: A })],
    ]);
  });

  it('never compares a number with what is stored as something else', () => {
    expect(conditionOf(on('number', numbers({ gte: 1.5 })))).toEqual([
      `(case jsonb_typeof(("t0"."custom" -> $2::text)) when 'number' then (("t0"."custom" -> $3::text) #>> '{}')::numeric end) >= $4::numeric`,
      key('number'),
      key('number'),
      1.5,
    ]);
  });

  it('takes null, an empty text and an empty list for no value', () => {
    expect(conditionOf(on('manyChoices', exists))).toEqual([
      `("t0"."custom" <> '{}' and ("t0"."custom" -> $2::text) not in ('null'::jsonb, '""'::jsonb, '[]'::jsonb))`,
      key('manyChoices'),
    ]);
  });
});

describe('compiling sort', () => {
  const by = (field: unknown, direction = 'asc') => ({ direction, field });
  const orderOf = (...sort: readonly unknown[]) =>
    compileJson(about('lead'), { sort }).orderBy.map((item) => writeSql(item));

  it('ends with the id, so that ties are settled', () => {
    expect(orderOf()).toEqual([{ sql: '"t0"."id" asc', parameters: [] }]);
  });

  it('puts objects without a value last in both directions', () => {
    const name = { type: 'regular_field', object_type: 'lead', field_name: 'name' };
    const custom = { type: 'custom_field', custom_field_id: CUSTOM_FIELD_IDS.text };
    expect(orderOf(by(name), by(custom, 'desc')).map(({ sql }) => sql)).toEqual([
      '"t0"."name" asc nulls last',
      `(("t0"."custom" -> $1::text) #>> '{}') desc nulls last`,
      '"t0"."id" asc',
    ]);
  });
});

describe('compiling for another catalog', () => {
  const library = { catalog: LIBRARY_CATALOG, customFields: new Map() };

  it('takes tables, tenant column, schema and links from it alone', () => {
    const json = query(
      'author',
      where('author.books_count', numbers({ gt: 2 })),
      related(
        'author > book',
        related('book > loan', where('loan.due', between(null, ago({ weeks: 1 }, 'start')))),
      ),
    );
    expect(compileWhere(json, library)).toEqual({
      sql:
        '"t0"."branch_id" = $1::uuid and ((select count(*) from "library"."book" as "v" where "v"."branch_id" = $2::uuid ' +
        'and "v"."author_id" = "t0"."id") > $3::bigint and exists (select from "library"."book" as "t1" ' +
        'where "t1"."branch_id" = $4::uuid and "t1"."author_id" = "t0"."id" and exists (select from "library"."loan" as "t2" ' +
        'where "t2"."branch_id" = $5::uuid and "t2"."book_id" = "t1"."id" and "t2"."due" < $6::date)))',
      parameters: [T, T, 2, T, T, '2026-03-24'],
    });
  });

  it('knows no object type of the CRM there', () => {
    expect(() => compileWhere(about('lead'), library)).toThrow('There is no object type "lead".');
  });
});
