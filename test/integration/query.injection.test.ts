import { QueryError, writeQuery } from '@winnow/query';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QueryInput, writeSql } from '../support/compiled-query.ts';
import { CUSTOM_FIELD_IDS } from '../support/custom-fields.ts';
import { ATTACKS } from '../support/hostile-queries/attacks.ts';
import { createApi, type TestApi } from '../support/index.ts';
import { createLeadFinder, type LeadFinder } from '../support/lead-finder.ts';
import { parseLegacy } from '../support/legacy-query.ts';
import {
  about,
  all,
  any,
  at,
  between,
  byId,
  everything,
  not,
  numbers,
  query,
  reference,
  related,
  term,
  text,
  where,
  whereCustom,
} from '../support/query-json.ts';
import { takeSnapshot } from '../support/snapshot.ts';

type Json = Readonly<Record<string, unknown>>;

const MODES = ['full_words', 'phrase', 'beginning_of_words', 'exact_value'] as const;
/** What the requests write themselves. */
const WRITTEN = ['bulk_delete', 'event', 'saved_search', 'signing_key'].map((table) => `public.${table}`);

let finder: LeadFinder;
let api: TestApi;
let before: Awaited<ReturnType<typeof takeSnapshot>>;

beforeAll(async () => {
  finder = await createLeadFinder();
  api = await createApi(finder.db);
  before = await takeSnapshot(finder.db, WRITTEN);
});

afterAll(async () => {
  const after = await takeSnapshot(finder.db, WRITTEN);
  expect(Object.keys(after).filter((table) => after[table] !== before[table])).toEqual([]);
  expect(Object.keys(after)).toEqual(Object.keys(before));
});

/** Conditions on texts, wherever a text can come from. */
const FIELDS: readonly (readonly [string, (condition: Json) => Json])[] = [
  ['a column', (condition) => where('lead.name', condition)],
  ['a looked-up field', (condition) => where('lead.status_label', condition)],
  ['a computed field', (condition) => where('lead.next_task_text', condition)],
  ['a time zone', (condition) => related('lead > contact', where('contact.timezone', condition))],
  ['an expression', (condition) => related('lead > address', where('address.location', condition))],
  [
    'a part of a part',
    (condition) => related('lead > contact_email', where('contact_email.email', condition)),
  ],
  ['a custom field', (condition) => whereCustom(CUSTOM_FIELD_IDS.text, condition)],
  ['a negation', (condition) => not(any(not(where('lead.description', condition)), not(everything)))],
];

/** Everything that holds a text of the client's choice, and takes any. */
const PLACES: readonly (readonly [string, (value: string) => Json])[] = [
  ...FIELDS.flatMap(([name, on]) => [
    ...MODES.map((mode) => [`${mode} of ${name}`, (value: string) => on(text(mode, value))] as const),
    [`a term of ${name}`, (value: string) => on(term(value))] as const,
    [`one of several terms of ${name}`, (value: string) => on(term('a', value, 'b'))] as const,
  ]),
  ...MODES.map((mode) => [`${mode} of all texts`, (value: string) => text(mode, value)] as const),
];

describe('an attack that is a value', () => {
  /** The SQL of a text depends on what it has of words, and of how many; on nothing else in it. */
  const harmless = (attack: string): string =>
    attack.replace(/\S+/g, (part) => (/[0-9a-z]/i.test(part) ? 'x' : /\p{L}/u.test(part) ? '\u0436' : '-'));

  it.each(PLACES)('is only that: %s', async (_, place) => {
    const everyId = await finder.selectIds(about('lead'));
    for (const attack of ATTACKS) {
      const attacked = compileOrRefuse(query('lead', place(attack)));
      const plain = compileOrRefuse(query('lead', place(harmless(attack))));
      expect(attacked?.sql).toBe(plain?.sql);
      if (!attacked) continue;
      if (attack !== harmless(attack)) expect(attacked.parameters).not.toEqual(plain?.parameters);
      const found = await finder.selectIds(query('lead', place(attack)));
      const others = await finder.selectIds(query('lead', not(all(place(attack)))));
      expect([...found, ...others].sort()).toEqual(everyId);
    }
  });
});

function compileOrRefuse(json: unknown, input: QueryInput = {}) {
  try {
    return writeSql(finder.compile(json, input).where);
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

describe('an attack in place of a name', () => {
  const field = (object_type: string, field_name: string): Json => ({
    ...where('lead.name', term('a')),
    field: { type: 'regular_field', object_type, field_name },
  });
  const clock = (on_or_after: string, before: string): Json =>
    related('lead > contact', where('contact.timezone', { type: 'local_time', on_or_after, before }));
  const localDay = (value: string, which: string): Json => ({ type: 'fixed_local_date', value, which });
  const period = (range: string, which: string): Json => ({
    type: 'start_end_of_predefined_relative_period',
    range,
    which,
  });
  const created = (moment: unknown): Json => where('lead.date_created', between(moment, null));
  const away = (part: Json): Json =>
    created({ type: 'offset', direction: 'past', moment: { type: 'now' }, offset: { days: 1 }, ...part });
  const places: readonly (readonly [string, (name: string) => Json])[] = [
    ['the type of a node', (name) => ({ type: name })],
    ['an object type', (name) => about(name)],
    ['a related object type', (name) => related(`lead > ${name}`, everything)],
    ['this object type', (name) => ({ ...related('lead > contact', everything), this_object_type: name })],
    ['a field', (name) => field('lead', name)],
    ["a field's object type", (name) => field(name, 'name')],
    ["a field's type", (name) => ({ ...field('lead', 'name'), field: { type: name } })],
    ['a custom field', (name) => whereCustom(name, term('a'))],
    ['an id', (name) => byId(name)],
    ['an id in a term', (name) => where('lead.id', term(name))],
    ['an id in a reference', (name) => where('lead.created_by', reference('user', name))],
    ['the type of a reference', (name) => where('lead.created_by', reference(name, 'group_a'))],
    ['a saved search', (name) => ({ type: 'saved_search', saved_search_id: name })],
    ['a choice', (name) => whereCustom(CUSTOM_FIELD_IDS.choices, term(name))],
    ['a mode', (name) => where('lead.name', text(name, 'a'))],
    ['the type of a condition', (name) => where('lead.name', { type: name })],
    ['a number', (name) => where('lead.num_contacts', numbers({ gt: name }))],
    ['a side of a range', (name) => where('lead.num_contacts', numbers({ [name]: 1 }))],
    [
      'true or false',
      (name) => related('lead > task', where('task.is_complete', { type: 'boolean', value: name })),
    ],
    ['a moment', (name) => created(at(name))],
    ['a moment as a text alone', (name) => where('lead.date_created', { type: 'moment_range', gte: name })],
    ['the type of a moment', (name) => created({ type: name })],
    ['a local day', (name) => created(localDay(name, 'start'))],
    ['an end of a local day', (name) => created(localDay('2026-01-01', name))],
    ['a period', (name) => created(period(name, 'start'))],
    ['an end of a period', (name) => created(period('today', name))],
    ['a direction', (name) => away({ direction: name })],
    ['an end of a day', (name) => away({ which_day_end: name })],
    ['a unit', (name) => away({ offset: { [name]: 1 } })],
    ['a number of units', (name) => away({ offset: { days: name } })],
    ['a time of day', (name) => clock(name, '10:00')],
    ['the other time of day', (name) => clock('08:00', name)],
    ['a key of a node', (name) => ({ ...everything, [name]: 1 })],
    ['negate', (name) => ({ ...everything, negate: name })],
  ];
  it.each(places)('is refused: %s', (_, place) => {
    for (const attack of ATTACKS) {
      expect(() => finder.compile(query('lead', place(attack)))).toThrow(QueryError);
    }
  });

  it('is refused: in sort', () => {
    const names = (name: string) => [
      [{ direction: name, field: { type: 'regular_field', object_type: 'lead', field_name: 'name' } }],
      [{ direction: 'asc', field: { type: 'regular_field', object_type: 'lead', field_name: name } }],
      [{ direction: 'asc', field: { type: 'regular_field', object_type: name, field_name: 'name' } }],
      [{ direction: 'asc', field: { type: 'custom_field', custom_field_id: name } }],
      [{ direction: 'asc', field: { type: name } }],
      [name],
      name,
    ];
    for (const attack of ATTACKS) {
      for (const sort of names(attack)) {
        expect(() => finder.compile(about('lead'), { sort })).toThrow(QueryError);
      }
    }
  });
});

describe('an attack in a text query', () => {
  const quoted = (attack: string) => `"${attack.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

  it.each([
    ['words', (attack: string) => quoted(attack)],
    ['a field', (attack: string) => `name:${quoted(attack)}`],
    ['a negation', (attack: string) => `not (name:${quoted(attack)} or url:${quoted(attack)})`],
    ['no quotes', (attack: string) => attack],
    ['a name', (attack: string) => `${attack}:x`],
    ['a sort', (attack: string) => `name:x sort:${attack}`],
  ])('is bound or refused: %s', async (_, write) => {
    for (const attack of ATTACKS) {
      const legacy = parseOrRefuse(write(attack));
      if (!legacy) continue;
      const compiled = finder.compile(writeQuery(legacy.node), { sort: legacy.sort });
      const { sql: statement } = writeSql(compiled.where);
      expect(statement).not.toMatch(/drop|delete|pg_sleep|union|copy|commit|'1'/);
      await expect(finder.selectIds(writeQuery(legacy.node), { sort: legacy.sort })).resolves.toBeInstanceOf(
        Array,
      );
    }
  });
});

function parseOrRefuse(query: string) {
  try {
    return parseLegacy(query);
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

describe('an attack in a request', () => {
  it.each(ATTACKS)('is answered, and never by a fault of ours: %s', async (attack) => {
    const { apiKey } = finder.mine.org;
    const url = encodeURIComponent(attack);
    const post = (path: string, body: unknown) => api.call(apiKey, 'POST', `/api/v1/${path}/`, { body });
    const s_query = query('lead', where('lead.name', text('exact_value', attack)));
    const answers = [
      await post('bulk_action/delete', { s_query }),
      await post('bulk_action/delete', { s_query, dry_run: true }),
      await post('bulk_action/delete', { s_query, sort: attack }),
      await post('bulk_action/delete', { s_query, results_limit: attack }),
      await post('bulk_action/delete', { s_query, preview_token: attack }),
      await post('bulk_action/delete', { s_query: attack }),
      await post('bulk_action/delete', { query: attack, bulk_object_type: 'lead', dry_run: true }),
      await post('bulk_action/delete', { query: `name:${JSON.stringify(attack)}`, bulk_object_type: attack }),
      await post('data/search', { query: s_query, _fields: { lead: [attack] } }),
      await post('data/search', { query: s_query, cursor: attack }),
      await post('data/search', { query: text('full_words', `x ${attack}`), include_counts: true }),
      await post('saved_search', { name: attack, query: attack }),
      await post('saved_search', { name: attack, s_query: { query: s_query } }),
      await api.call(apiKey, 'GET', `/api/v1/lead/?query=${url}`),
      await api.call(apiKey, 'GET', `/api/v1/lead/?_order_by=${url}`),
      await api.call(apiKey, 'GET', `/api/v1/lead/?_fields=${url}`),
      await api.call(apiKey, 'GET', `/api/v1/saved_search/${url}/`),
    ];
    expect(answers.map(({ status, text: answer }) => (status < 500 ? 'answered' : answer))).toEqual(
      answers.map(() => 'answered'),
    );
  });
});
