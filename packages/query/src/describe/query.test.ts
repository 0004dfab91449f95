import { CRM_CATALOG } from '@winnow/catalog';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CUSTOM_FIELD_IDS, EXAMPLE_CUSTOM_FIELDS } from '../../../../test/support/custom-fields.ts';
import { leadQuery } from '../../../../test/support/query-arbitrary.ts';
import {
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
import type { QueryNode } from '../ast.ts';
import { parseQuery } from '../parse/query.ts';
import { describeQuery } from './query.ts';
import { referencedIds } from './referenced-ids.ts';

const LOST = 'stat_0000000000000000000001';
const LOST_UUID = '00000000-0000-0000-0000-000000000001';
const UNKNOWN = 'stat_0000000000000000000002';

const context = (objectType: string) => ({
  catalog: CRM_CATALOG,
  customFields: EXAMPLE_CUSTOM_FIELDS,
  objectType,
  titles: new Map([[LOST_UUID, 'Lost']]),
  savedSearchNames: new Map([[LOST_UUID, 'Bad leads']]),
});
const say = (objectType: string, ...nodes: readonly unknown[]) =>
  describeQuery(parseQuery(query(objectType, ...nodes)), context(objectType));

const named = (value: string) => where('lead.name', text('full_words', value));
const sourced = (value: string) => where('lead.source', text('full_words', value));
const created = (from: unknown, before: unknown) => where('lead.date_created', between(from, before));
const day = (value: string, which: 'start' | 'end') => ({ type: 'fixed_local_date', value, which });
const period = (range: string, which: 'start' | 'end') => ({
  type: 'start_end_of_predefined_relative_period',
  range,
  which,
});
const inStatus = (...ids: readonly string[]) => where('lead.status_id', reference('status.lead', ...ids));
const intern = where('contact.title', text('full_words', 'intern'));
const hasEmail = related('contact > contact_email', where('contact_email.email', exists));

describe('describeQuery', () => {
  it.each<[string, readonly unknown[]]>([
    ['all leads', []],
    ['all leads', [everything, any(named('a'), everything)]],
    ['no leads', [not(everything)]],
    ['no leads', [named('a'), any()]],
    [
      'leads whose name contains the words “ACME Inc.” and that were created before 1 January 2023',
      [named('ACME Inc.'), created(null, day('2023-01-01', 'start'))],
    ],
    ['leads whose name does not contain the word “a”', [not(named('a'))]],
    ['leads whose name does not contain all the words “a b”', [not(named('a b'))]],
    [
      'leads whose name contains a word that begins with “a”',
      [where('lead.name', text('beginning_of_words', 'a'))],
    ],
    [
      'leads whose name contains no word that begins with “a”',
      [not(where('lead.name', text('beginning_of_words', 'a')))],
    ],
    ['leads whose name is not “A”', [not(where('lead.name', text('exact_value', 'A')))]],
    ['leads whose text contains the phrase “a b”', [text('phrase', 'a b')]],
    ['leads whose texts do not include exactly “a b”', [not(text('exact_value', 'a b'))]],
    ['leads whose id is lead_1 or lead_2', [any(byId('lead_1'), byId('lead_2'))]],
    ['leads whose id is not lead_1', [not(byId('lead_1'))]],
    [
      'leads that are in the saved search “Bad leads”',
      [{ type: 'saved_search', saved_search_id: 'save_0000000000000000000001' }],
    ],
    [
      'leads that are not in the saved search save_x',
      [not({ type: 'saved_search', saved_search_id: 'save_x' })],
    ],
    ['leads whose status is “Lost”', [inStatus(LOST)]],
    [`leads whose status is neither “Lost” nor ${UNKNOWN}`, [not(inStatus(LOST, UNKNOWN))]],
    [
      'leads whose status is one of s_1, s_2, s_3 and 97 others',
      [inStatus(...Array.from({ length: 100 }, (_, i) => `s_${i + 1}`))],
    ],
    ['leads whose created by is the user who asked', [where('lead.created_by', me)]],
    ['leads whose Custom user is not set', [not(whereCustom(CUSTOM_FIELD_IDS.user, exists))]],
    [
      'leads whose Sources is “Website” or “Trade show”',
      [whereCustom(CUSTOM_FIELD_IDS.manyChoices, term('Website', 'Trade show'))],
    ],
    ['leads whose custom field cf_x is 1', [whereCustom('cf_x', term(1))]],
    ['leads whose nonsense is set', [where('lead.nonsense', exists)]],
    ['leads whose number of calls is 5', [where('lead.num_calls', numbers({ gte: 5, lte: 5 }))]],
    [
      'leads whose number of calls is at least 1,000 and less than 5,000.5',
      [where('lead.num_calls', numbers({ gte: 1000, lt: 5000.5 }))],
    ],
    [
      'leads whose number of calls is not both more than 1 and at most 5',
      [not(where('lead.num_calls', numbers({ gt: 1, lte: 5 })))],
    ],
    [
      'leads that were created yesterday',
      [created(period('yesterday', 'start'), period('yesterday', 'end'))],
    ],
    [
      'leads that were not created in this month',
      [not(created(period('this-month', 'start'), period('this-month', 'end')))],
    ],
    ['leads that were created after last week', [created(period('last-week', 'end'), null)]],
    [
      'leads that were created on 5 January 2024',
      [created(day('2024-01-05', 'start'), day('2024-01-05', 'end'))],
    ],
    ['leads that were created before the end of 5 January 2024', [created(null, day('2024-01-05', 'end'))]],
    [
      'leads that were created on or after 2 hours ago and before now',
      [created(ago({ hours: 2 }, 'start'), now)],
    ],
    [
      'leads that were not created both on or after 2 hours ago and before now',
      [not(created(ago({ hours: 2 }), now))],
    ],
    [
      'leads that were created on the day 1 day ago',
      [created(ago({ days: 1 }, 'start'), ago({ days: 1 }, 'end'))],
    ],
    [
      'leads that were created before 1 year, 2 months and 3 days from now',
      [created(null, ago({ years: 1, months: 2, days: 3 }, undefined, 'future'))],
    ],
    [
      'leads that were created before 1 day before 1 January 2024, 09:30 UTC',
      [created(null, { ...ago({ days: 1 }), moment: at('2024-01-01T09:30:00Z') })],
    ],
    ['leads that were created before the day of now', [created(null, ago({}, 'start'))]],
    [
      'leads whose local time (timezone id) is on or after 08:00:00 and before 21:00:00',
      [where('lead.timezone_id', { type: 'local_time', on_or_after: '08:00', before: '21:00' })],
    ],
    ['leads that have a call', [related('lead > activity.call', everything)]],
    ['leads that have no SMS', [not(related('lead > activity.sms', everything))]],
    [
      'leads that have a task that is not complete',
      [related('lead > task', where('task.is_complete', isTrue(false)))],
    ],
    [
      'leads that have no task that is complete',
      [not(related('lead > task', not(where('task.is_complete', isTrue(false)))))],
    ],
    [
      'leads that have no contact that has an e-mail address whose email is set',
      [not(related('lead > contact', hasEmail))],
    ],
    [
      'leads that have an address (whose city is set) and whose name contains the word “a”',
      [related('lead > address', where('address.city', exists)), named('a')],
    ],
    [
      'leads that have a contact (whose title contains the word “intern” or that has an e-mail address whose email is set)',
      [related('lead > contact', any(intern, hasEmail))],
    ],
    [
      'leads (whose name contains the word “a” or whose source contains the word “b”) and whose url is set',
      [any(named('a'), sourced('b')), where('lead.url', exists)],
    ],
    [
      'leads whose name contains the word “a”, whose source contains the word “b” and whose url is not set',
      [named('a'), all(sourced('b'), not(where('lead.url', exists)))],
    ],
    [
      'leads whose name does not contain the word “a” or whose source contains the word “b”',
      [not(all(named('a'), not(sourced('b'))))],
    ],
  ])('says "%s"', (words, nodes) => {
    expect(say('lead', ...nodes)).toBe(words);
  });

  it('speaks of what objects belong to as theirs', () => {
    const ofLead = (node: unknown) => related('contact > lead', node);
    expect(say('contact', intern, ofLead(inStatus(LOST)))).toBe(
      'contacts whose title contains the word “intern” and whose lead’s status is “Lost”',
    );
    expect(say('contact', intern, ofLead(any(named('a'), related('lead > task', everything))))).toBe(
      'contacts whose title contains the word “intern” and (whose lead’s name contains the word “a” or whose lead has a task)',
    );
    expect(say('contact', not(ofLead(named('a'))))).toBe(
      'contacts that have no lead whose name contains the word “a”',
    );
    expect(say('contact', ofLead(created(now, null)))).toBe(
      'contacts whose lead was created on or after now',
    );
  });

  it('keeps what clients write on one line, and short', () => {
    expect(say('lead', where('lead.name', text('phrase', 'a\n\u0007b')))).toBe(
      'leads whose name contains the phrase “a  b”',
    );
    expect(say('lead', named('x'.repeat(500)))).toBe(
      `leads whose name contains the word “${'x'.repeat(100)}…”`,
    );
  });

  it('cuts a long sentence', () => {
    const sentence = say('lead', any(...Array.from({ length: 500 }, (_, index) => named(`😀${index}`))));
    expect(sentence).toHaveLength(1_000);
    expect(sentence.endsWith('…')).toBe(true);
  });

  it('has words for every query, none of them too long', () => {
    fc.assert(
      fc.property(leadQuery, (json) => {
        const words = describeQuery(parseQuery(json), context('lead'));
        expect(words).toMatch(/^(all leads|no leads|leads (that|whose|\()[\s\S]+)$/);
        expect(words.length).toBeLessThanOrEqual(1_000);
        expect(words).not.toMatch(/undefined|null|\[object|\(\)|\p{Cc}/u);
      }),
      { numRuns: 500 },
    );
  });

  it('has words for what no catalog knows', () => {
    const node: QueryNode = {
      type: 'has_related',
      negate: false,
      thisObjectType: 'ship',
      relatedObjectType: 'anchor',
      relatedQuery: { type: 'id', negate: false, value: 'x' },
    };
    expect(describeQuery(node, context('ship'))).toBe(
      'objects of type ship that have an anchor whose id is x',
    );
  });
});

describe('referencedIds', () => {
  it('names every record and user of a query once', () => {
    const id = (prefix: string, digit: number) => `${prefix}_000000000000000000000${digit}`;
    const uuid = (digit: number) => `00000000-0000-0000-0000-00000000000${digit}`;
    const json = query(
      'lead',
      inStatus(LOST, LOST),
      not(where('lead.status_id', term(UNKNOWN))),
      any(byId(id('lead', 3)), byId('nonsense')),
      where('lead.created_by', reference('user_or_group', 'group_x', id('user', 4))),
      whereCustom(CUSTOM_FIELD_IDS.contact, reference('contact', id('cont', 5))),
      related('lead > contact', byId(id('cont', 6))),
      named(id('lead', 7)),
    );
    expect(referencedIds(parseQuery(json), context('lead'))).toEqual([
      { target: 'lead_status', id: uuid(1) },
      { target: 'lead_status', id: uuid(2) },
      { target: 'lead', id: uuid(3) },
      { target: 'user', id: uuid(4) },
      { target: 'contact', id: uuid(5) },
      { target: 'contact', id: uuid(6) },
    ]);
  });
});
