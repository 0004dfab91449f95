import { describe, expect, it } from 'vitest';
import { compileJson, compileWhere, writeSql } from '../../../../test/support/compiled-query.ts';
import {
  at,
  between,
  everything,
  exists,
  not,
  numbers,
  query,
  related,
  term,
  text,
  where,
} from '../../../../test/support/query-json.ts';

/** The condition of a node on leads, without the binding to the organization. */
function conditionOf(node: unknown): string {
  const { sql } = compileWhere(query('lead', node));
  return sql.replace('"t0"."organization_id" = $1::uuid and ', '');
}

const CALLS =
  'from "public"."activity" as "v" where "v"."organization_id" = $N::uuid and "v"."lead_id" = "t0"."id" ' +
  `and ("v"."type" = 'call')`;
const calls = (parameter: number) => CALLS.replace('$N', `$${parameter}`);

describe('a computed field', () => {
  it.each([
    ['some', numbers({ gte: 1 }), `exists (select ${calls(2)})`],
    ['none', numbers({ lte: 0 }), `not (exists (select ${calls(2)}))`],
    ['a number', numbers({ gte: 3 }), `(select count(*) ${calls(2)}) >= $3::bigint`],
    ['one number', term(3), `(select count(*) ${calls(2)}) = $3::bigint`],
  ])('that counts is asked for %s', (_, condition, expected) => {
    expect(conditionOf(where('lead.num_calls', condition))).toBe(expected);
  });

  it('that is the last of something is asked for by its rows, not computed', () => {
    const sql = conditionOf(
      where('lead.last_call_created', between(at('2026-01-01T00:00:00Z'), at('2026-02-01T00:00:00Z'))),
    );
    expect(sql).toBe(
      `(exists (select ${calls(2)} and ("v"."date_created" >= $3::timestamptz and "v"."date_created" < $4::timestamptz))` +
        ` and not (exists (select ${calls(5)} and "v"."date_created" >= $6::timestamptz)))`,
    );
  });

  it('that is the first of something must have nothing before the range', () => {
    const sql = conditionOf(
      where('lead.first_communication_date', between(at('2026-01-01T00:00:00Z'), null)),
    );
    expect(sql).toMatch(
      /"v"\."activity_at" >= \$3::timestamptz\) and not \(exists .*"v"\."activity_at" < \$5::timestamptz\)\)\)$/s,
    );
  });

  it('has a value where a row has one', () => {
    expect(conditionOf(where('lead.last_call_created', exists))).toBe(
      `exists (select ${calls(2)} and "v"."date_created" is not null)`,
    );
    expect(compileJson(query('lead', where('lead.num_calls', exists))).checked.matchesEverything).toBe(true);
  });

  it('over rows of rows goes through the table between', () => {
    expect(conditionOf(where('lead.num_email_addresses', numbers({ gte: 1 })))).toBe(
      'exists (select from "public"."contact_email" as "v", "public"."contact" as "w" ' +
        'where "v"."organization_id" = $2::uuid and "v"."contact_id" = "w"."id" ' +
        'and "w"."organization_id" = $3::uuid and "w"."lead_id" = "t0"."id")',
    );
  });

  it('can be sorted by', () => {
    const sort = [
      {
        direction: 'desc',
        field: { type: 'regular_field', object_type: 'lead', field_name: 'num_calls' },
      },
    ];
    const { orderBy, sortKeys } = compileJson(query('lead', everything), { sort });
    expect(orderBy.map((item) => writeSql(item).sql)).toEqual([
      `(select count(*) ${calls(1)}) desc nulls last`,
      '"t0"."id" asc',
    ]);
    expect(sortKeys).toMatchObject([{ direction: 'desc', sqlType: 'numeric' }]);
  });
});

describe('a part of another object', () => {
  it('is related to what its owner is related to, both ways', () => {
    const email = where('contact_email.email', text('phrase', 'a'));
    expect(conditionOf(related('lead > contact_email', email))).toContain(
      'exists (select from "public"."contact_email" as "t1", "public"."contact" as "b1" ' +
        'where "t1"."organization_id" = $2::uuid and "b1"."organization_id" = $3::uuid ' +
        'and "t1"."contact_id" = "b1"."id" and "b1"."lead_id" = "t0"."id" and (',
    );
    expect(compileWhere(query('contact_email', not(related('contact_email > lead', everything)))).sql).toBe(
      '"t0"."organization_id" = $1::uuid and not (exists (select from "public"."lead" as "t1", "public"."contact" as "b1" ' +
        'where "t1"."organization_id" = $2::uuid and "b1"."organization_id" = $3::uuid ' +
        'and "t1"."id" = "b1"."lead_id" and "b1"."id" = "t0"."contact_id"))',
    );
  });
});

describe('a text node', () => {
  it('looks for each piece in every text field of the object', () => {
    const words = (field: string, parameter: number) =>
      `winnow_tsvector("t0"."${field}") @@ winnow_all_words($${parameter})`;
    const { sql, parameters } = compileWhere(query('task', text('full_words', 'call & back')));
    expect(sql).toBe(`"t0"."organization_id" = $1::uuid and ${words('text', 2)}`);
    expect(parameters[1]).toBe('call & back');
    const two = compileWhere(query('document', text('full_words', ' call & back')));
    expect(two.sql).toBe(
      `"t0"."organization_id" = $1::uuid and ((${words('name', 2)} or ${words('url', 3)}) and (${words('name', 4)} or ${words('url', 5)}))`,
    );
    expect(two.parameters.slice(1)).toEqual(['call', 'call', 'back', 'back']);
  });

  it('of a phrase looks for the whole in one field', () => {
    expect(
      compileWhere(query('document', text('phrase', 'a b'))).sql.match(/winnow_words\("t0"/g),
    ).toHaveLength(2);
  });
});
