import { encodeId } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { compileJson, compileWhere } from '../../../../test/support/compiled-query.ts';
import {
  about,
  all,
  any,
  everything,
  not,
  query,
  related,
  savedSearch,
  term,
  where,
} from '../../../../test/support/query-json.ts';

const uuid = (last: number) => `00000000-0000-7000-8000-${String(last).padStart(12, '0')}`;
const saved = (last: number) => savedSearch(encodeId('save', uuid(last)));
const searches = (...trees: readonly unknown[]) => ({
  savedSearches: new Map(trees.map((tree, index) => [uuid(index), tree])),
});
const named = where('lead.name', term('a'));

describe('a saved search', () => {
  it('means what stands in it', () => {
    const input = searches(query('lead', named));
    expect(compileWhere(query('lead', saved(0)), input)).toEqual(compileWhere(query('lead', named)));
    expect(compileWhere(query('lead', not(saved(0))), input)).toEqual(
      compileWhere(query('lead', not(all(named)))),
    );
  });

  it('may stand in another, and be named several times', () => {
    const input = searches(any(saved(1), saved(1)), named);
    expect(compileWhere(query('lead', saved(0)), input)).toEqual(
      compileWhere(query('lead', any(named, named))),
    );
  });

  it('says what the query is about', () => {
    expect(compileJson(saved(0), searches(query('task', everything))).checked).toMatchObject({
      objectType: 'task',
      matchesEverything: true,
    });
  });

  it('is about the objects of its level', () => {
    const input = searches(query('contact', where('contact.name', term('a'))));
    expect(() => compileJson(query('lead', saved(0)), input)).toThrow(/"contact"|"lead"/);
    expect(compileWhere(query('lead', related('lead > contact', saved(0))), input).sql).toContain(
      '"t1"."name"',
    );
  });

  it('that matches everything does not hide it', () => {
    expect(compileJson(query('lead', saved(0)), searches(about('lead'))).checked.matchesEverything).toBe(
      true,
    );
  });

  it('cannot grow a query past its limits by naming others', () => {
    const doubling = Array.from({ length: 8 }, (_, index) =>
      index === 7 ? named : all(...Array.from({ length: 9 }, () => saved(index + 1))),
    );
    expect(() => compileJson(query('lead', saved(0)), searches(...doubling))).toThrow(
      /more than 5,000 nodes/,
    );
    const chain = Array.from({ length: 10 }, (_, index) => (index === 9 ? named : any(saved(index + 1))));
    expect(() => compileJson(query('lead', saved(0)), searches(...chain))).toThrow(/more than 8 levels/);
  });
});
