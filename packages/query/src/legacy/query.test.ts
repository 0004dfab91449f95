import { CRM_CATALOG } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { CUSTOM_FIELD_IDS, EXAMPLE_CUSTOM_FIELDS } from '../../../../test/support/custom-fields.ts';
import { parseLegacy } from '../../../../test/support/legacy-query.ts';
import {
  about,
  ago,
  all,
  any,
  at,
  between,
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
import { parseQuery } from '../parse/query.ts';

const words = (value: string) => text('full_words', value);
const day = (value: string, which: 'start' | 'end') => ({ type: 'fixed_local_date', value, which });
const period = (range: string, which: 'start' | 'end') => ({
  type: 'start_end_of_predefined_relative_period',
  range,
  which,
});
const created = (from: unknown, before: unknown) => where('lead.date_created', between(from, before));
const won = (from: unknown, before: unknown) => where('opportunity.date_won', between(from, before));
const STATUS = 'stat_02f3YPwpQ4lVcn3T5kzMs8';
const NANOSECOND_LATER = '2024-01-01T00:00:00.000000001Z';

describe('parseLegacyQuery', () => {
  it.each<[string, readonly unknown[]]>([
    ['acme inc', [words('acme inc')]],
    ['acme -inc corp', [words('acme corp'), not(words('inc'))]],
    ['acme AND inc', [words('acme inc')]],
    ['acme OR inc', [any(words('acme'), words('inc'))]],
    ['NOT acme', [not(words('acme'))]],
    ['not -acme', [words('acme')]],
    ['"or"', [text('phrase', 'or')]],
    ['"a \\"b\\" \\\\ c\\d"', [text('phrase', 'a "b" \\ c\\d')]],
    ['bruce@wayne.test', [words('bruce@wayne.test')]],
    ['https://acme.test/a', [words('https://acme.test/a')]],
    ['(a or (b -c))', [any(words('a'), all(words('b'), not(words('c'))))]],
    ['-(a b)', [not(words('a b'))]],
    ['*', [everything]],
    ['not *', [not(everything)]],
    ['name=Acme', [where('lead.name', text('exact_value', 'Acme'))]],
    ['Display-Name : acm*', [where('lead.display_name', text('beginning_of_words', 'acm'))]],
    ['url:http://x.test', [where('lead.url', words('http://x.test'))]],
    [`status:${STATUS}`, [where('lead.status_id', reference('status.lead', STATUS))]],
    [`status!=${STATUS}`, [not(where('lead.status_id', reference('status.lead', STATUS)))]],
    ['campaign:Spring', [related('lead > campaign', where('campaign.name', text('exact_value', 'Spring')))]],
    ['created_by:ME', [where('lead.created_by', me)]],
    ['created_by:*', [where('lead.created_by', exists)]],
    ['contacts >= 1.5', [where('lead.num_contacts', numbers({ gte: 1.5 }))]],
    ['contacts != 0', [not(where('lead.num_contacts', numbers({ gte: 0, lte: 0 })))]],
    ['primary_opportunity_value < -5', [where('lead.primary_opportunity_value', numbers({ lt: -5 }))]],
    ['all_urls_count:*', [where('lead.all_urls_count', numbers({ gt: 0 }))]],
    ['custom.sources:TRADE_SHOW', [whereCustom(CUSTOM_FIELD_IDS.manyChoices, term('Trade show'))]],
    ['custom.owners:me', [whereCustom(CUSTOM_FIELD_IDS.manyUsers, me)]],
    ['custom.custom_number:1', [whereCustom(CUSTOM_FIELD_IDS.number, numbers({ gte: 1, lte: 1 }))]],
    [
      'contact(custom.nickname:bat)',
      [related('lead > contact', whereCustom(CUSTOM_FIELD_IDS.ofContact, words('bat')))],
    ],
    ['task(complete:NO)', [related('lead > task', where('task.is_complete', isTrue(false)))]],
    [
      'call(direction:incoming)',
      [related('lead > activity.call', where('activity.call.direction', term('inbound')))],
    ],
    ['has:email_addresses', [related('lead > contact_email', everything)]],
    [
      'has:(calls or note)',
      [any(related('lead > activity.call', everything), related('lead > activity.note', everything))],
    ],
    ['has:num_contacts', [where('lead.num_contacts', numbers({ gt: 0 }))]],
    ['has:created', [where('lead.date_created', exists)]],
    ['in:"bad LEADS"', [{ type: 'saved_search', saved_search_id: 'save_0000000000000000000001' }]],
    ['created<now', [created(null, now)]],
    ['created:2024', [created(day('2024-01-01', 'start'), day('2024-12-31', 'end'))]],
    ['created:2024-02', [created(day('2024-02-01', 'start'), day('2024-02-29', 'end'))]],
    ['created<=2024-02-03', [created(null, day('2024-02-03', 'end'))]],
    ['created>2024-02-03', [created(day('2024-02-03', 'end'), null)]],
    ['created:"Last Week"', [created(period('last-week', 'start'), period('last-week', 'end'))]],
    ['created >= "2 weeks ago"', [created(ago({ weeks: 2 }, 'start'), null)]],
    ['created < "a month ago"', [created(null, ago({ months: 1 }, 'start'))]],
    ['created < "in 2 hours"', [created(null, ago({ hours: 2 }, undefined, 'future'))]],
    ['created >= 2024-01-01T00:00:00Z', [created(at('2024-01-01T00:00:00Z'), null)]],
    ['created > "2024-01-01T01:00:00+01:00"', [created(at(NANOSECOND_LATER), null)]],
    ['created = "2024-01-01T00:00:00Z"', [created(at('2024-01-01T00:00:00Z'), at(NANOSECOND_LATER))]],
    ['opportunity(date_won <= now)', [related('lead > opportunity', won(null, ago({}, 'end')))]],
  ])('reads %s', (given, nodes) => {
    expect(parseLegacy(given).node).toEqual(parseQuery(query('lead', ...nodes)));
  });

  it('keeps an alternative or a denial of everything under its object type', () => {
    expect(parseLegacy('a or b').node).toEqual(parseQuery(all(about('lead'), any(words('a'), words('b')))));
  });

  it('is about the object type that is asked for, whatever it is called', () => {
    expect(parseLegacy('note:important', { objectType: 'deal' }).node).toEqual(
      parseQuery(query('opportunity', where('opportunity.note', words('important')))),
    );
  });

  it('reads what it sorts by, in order, wherever it stands', () => {
    const sorted = (direction: string, field_name: string) => ({
      direction,
      field: { type: 'regular_field', object_type: 'lead', field_name },
    });
    expect(parseLegacy('sort:created acme SORT:-activities or inc sort:name').sort).toEqual([
      sorted('asc', 'date_created'),
      sorted('desc', 'num_activities'),
      sorted('asc', 'name'),
    ]);
    expect(parseLegacy('sort:custom.custom_number').sort).toEqual([
      { direction: 'asc', field: { type: 'custom_field', custom_field_id: CUSTOM_FIELD_IDS.number } },
    ]);
  });

  it('takes a saved search that is named exactly, or by its id', () => {
    const named = (id: string) => parseQuery(query('lead', { type: 'saved_search', saved_search_id: id }));
    expect(parseLegacy('in:TWINS').node).toEqual(named('save_0000000000000000000003'));
    expect(parseLegacy('in:save_0000000000000000000002').node).toEqual(named('save_0000000000000000000002'));
  });

  it.each(
    Object.values(CRM_CATALOG.objectTypes).flatMap(({ name, legacyNames = {} }) =>
      Object.keys(legacyNames).map((legacyName) => [name, legacyName] as const),
    ),
  )('finds what old queries about %s call %s', (objectType, name) => {
    expect(() => parseLegacy(`${name}:*`, { objectType })).not.toThrow();
  });

  it('names the candidates where two custom fields have the name, and takes the one that is written exactly', () => {
    const [first] = EXAMPLE_CUSTOM_FIELDS.values();
    if (!first) throw new Error('there are example custom fields');
    const id = '00000000-0000-0000-0000-0000000000ff';
    const customFields = new Map([...EXAMPLE_CUSTOM_FIELDS, [id, { ...first, id, name: 'custom_TEXT' }]]);
    expect(() => parseLegacy('custom.customtext:x', { customFields })).toThrow(
      'Character 1: Several custom fields have the name "customtext": "Custom text" (custom.cf_0000000000000000000001), "custom_TEXT"',
    );
    expect(parseLegacy('"custom.Custom text":x', { customFields }).node).toEqual(
      parseQuery(query('lead', whereCustom(CUSTOM_FIELD_IDS.text, words('x')))),
    );
  });
});
