import { CRM_CATALOG, encodeId } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { CUSTOM_FIELD_IDS, EXAMPLE_CUSTOM_FIELDS } from '../../../../test/support/custom-fields.ts';
import {
  about,
  all,
  any,
  byId,
  everything,
  not,
  related,
  term,
  text,
  where,
  whereCustom,
} from '../../../../test/support/query-json.ts';
import { QueryError } from '../errors.ts';
import { parseQuery } from '../parse/query.ts';
import { checkMixedQuery } from './query.ts';

const typesOf = (json: unknown): readonly string[] =>
  checkMixedQuery(parseQuery(json), { catalog: CRM_CATALOG, customFields: EXAMPLE_CUSTOM_FIELDS }).map(
    ({ objectType }) => objectType,
  );
const ALL = typesOf(everything);
const named = where('lead.name', term('a'));

describe('a query without an object type', () => {
  it('is asked of every type that can be bulk deleted', () => {
    expect(ALL).toEqual(expect.arrayContaining(['lead', 'contact', 'opportunity', 'task', 'activity.call']));
    expect(ALL).not.toContain('contact_email');
    expect(typesOf(all(text('full_words', 'acme')))).toEqual(ALL);
  });

  it.each([
    ['a field of one type', named, ['lead']],
    ['the negation of it, which is nothing that another type could be', not(named), ['lead']],
    ['the negation of what is about one type', not(any(all(named), not(named))), ['lead']],
    ['a field of a type in every alternative', any(named, where('task.text', term('a'))), ['lead', 'task']],
    ['fields of two types together', all(named, where('task.text', term('a'))), []],
    ['an alternative that fits all', any(named, text('phrase', 'a')), ALL],
    ['two object types', any(about('contact'), about('lead')), ['lead', 'contact']],
    ['all but one object type', not(about('lead')), ALL.filter((type) => type !== 'lead')],
    ['an id', byId(encodeId('cont', '00000000-0000-7000-8000-000000000001')), ['contact']],
    ['a plain UUID', byId('00000000-0000-7000-8000-000000000001'), ALL],
    ['a custom field', whereCustom(CUSTOM_FIELD_IDS.ofContact, term('a')), ['contact']],
    ['related objects', related('lead > contact', everything), ['lead']],
    ['an object type that it says after all', all(about('document'), everything), ['document']],
  ])('with %s', (_, json, expected) => {
    expect(typesOf(json)).toEqual(expected);
  });

  it.each([
    ['a field that no type has', where('lead.nmae', term('a'))],
    ['an object type that there is not', any(about('laed'))],
    ['a condition that does not fit', where('lead.date_created', term('a'))],
  ])('is refused with %s', (_, json) => {
    expect(() => typesOf(json)).toThrow(QueryError);
  });
});
