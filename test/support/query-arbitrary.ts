import { encodeId } from '@winnow/catalog';
import fc from 'fast-check';
import { CUSTOM_FIELD_IDS } from './custom-fields.ts';
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
} from './query-json.ts';

type Json = Readonly<Record<string, unknown>>;

/** Texts that are hard on a query language: SQL, patterns, quotes, other scripts, combining marks. */
const words = fc.oneof(
  fc.constantFrom(
    "a'; drop table lead; --",
    '100%_\\',
    '$1',
    'ACMÉ, Inc.',
    '"x":1}',
    'Ünïcode',
    '北京 1',
    'a\u0301b',
  ),
  fc
    .string({ minLength: 1, unit: 'grapheme', maxLength: 20 })
    .map((value) => `w${value.replaceAll('\0', '')}`),
);
const uuid = fc.uuid();
const mode = fc.constantFrom('full_words', 'phrase', 'beginning_of_words', 'exact_value');
const textOf = fc.tuple(mode, words).map(([name, value]) => text(name, value));
const termOf = fc.array(words, { minLength: 1, maxLength: 3 }).map((values) => term(...values));

const moment = fc.oneof(
  fc.constant(now),
  fc
    .tuple(
      fc.constantFrom('years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'),
      fc.nat(400),
      fc.constantFrom('start', 'end', undefined),
    )
    .map(([unit, count, end]) => ago({ [unit]: count }, end)),
);
/** One side only, or two that surely have something between them. */
const range = fc.oneof(
  moment.map((from) => between(from, null)),
  moment.map((before) => between(null, before)),
  fc.constant(between(at('1999-01-01T00:00:00Z'), at('2030-01-01T00:00:00Z'))),
);
const bounds = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((gte) => numbers({ gte })),
  fc.integer({ min: 5, max: 1000 }).map((lt) => numbers({ gt: 2, lt })),
);
const users = fc
  .array(uuid, { minLength: 1, maxLength: 3 })
  .map((ids) => reference('user_or_group', 'group_x', ...ids.map((id) => encodeId('user', id))));

const custom = (field: keyof typeof CUSTOM_FIELD_IDS, condition: fc.Arbitrary<Json>) =>
  condition.map((value) => whereCustom(CUSTOM_FIELD_IDS[field], value));
const on = (field: string, condition: fc.Arbitrary<Json>) => condition.map((value) => where(field, value));

const leadLeaf: fc.Arbitrary<Json> = fc.oneof(
  on('lead.name', fc.oneof(textOf, termOf, fc.constant(exists))),
  on('lead.url', fc.oneof(textOf, termOf, fc.constant(exists))),
  on('lead.status_label', fc.oneof(textOf, termOf, fc.constant(exists))),
  on('lead.created_by', fc.oneof(users, fc.constant(me), fc.constant(exists))),
  on('lead.date_created', range),
  on(
    'lead.num_contacts',
    fc.integer({ min: 1, max: 5 }).map((gte) => numbers({ gte })),
  ),
  uuid.map((id) => byId(encodeId('lead', id))),
  custom('text', fc.oneof(textOf, termOf, fc.constant(exists))),
  custom('number', bounds),
  custom('date', range),
  custom('datetime', range),
  custom('choices', fc.constantFrom(term('Website'), term('Website', 'Trade show'), exists)),
  custom('manyChoices', fc.oneof(fc.constantFrom(term('Website'), exists), textOf)),
  custom('manyUsers', fc.oneof(users, fc.constant(me))),
);
const contactLeaf: fc.Arbitrary<Json> = fc.oneof(
  on('contact.title', textOf),
  on('contact.emails_count', fc.constantFrom(numbers({ lte: 0 }), numbers({ gte: 2 }))),
  custom('ofContact', textOf),
);
const dealLeaf: fc.Arbitrary<Json> = fc.oneof(
  on('opportunity.value', bounds),
  on('opportunity.date_won', range),
  on('opportunity.status_type', fc.constantFrom(term('won'), term('lost', 'active'))),
);
const taskLeaf: fc.Arbitrary<Json> = fc.oneof(
  on('task.is_complete', fc.boolean().map(isTrue)),
  on('task.due_date', range),
);

/** A tree of `leaf` under and, or and negate. */
function treeOf(leaf: fc.Arbitrary<Json>, maxDepth: number): fc.Arbitrary<Json> {
  const { node } = fc.letrec<{ node: Json }>((tie) => ({
    node: fc.oneof(
      { maxDepth, withCrossShrink: true },
      leaf,
      leaf.map(not),
      fc.array(tie('node'), { maxLength: 4 }).map((nodes) => all(...nodes)),
      fc.array(tie('node'), { maxLength: 4 }).map((nodes) => any(...nodes)),
      fc.array(tie('node'), { maxLength: 3 }).map((nodes) => not(any(...nodes))),
      fc.constantFrom(everything, not(everything)),
    ),
  }));
  return node;
}

/** Any valid query about leads, with the custom fields of custom-fields.ts. */
export const leadQuery: fc.Arbitrary<Json> = treeOf(
  fc.oneof(
    { weight: 4, arbitrary: leadLeaf },
    { weight: 1, arbitrary: treeOf(contactLeaf, 2).map((node) => related('lead > contact', node)) },
    { weight: 1, arbitrary: treeOf(dealLeaf, 2).map((node) => related('lead > opportunity', node)) },
    {
      weight: 1,
      arbitrary: treeOf(taskLeaf, 2).map((node) => related('lead > task', all(about('task'), node))),
    },
  ),
  4,
).map((node) => query('lead', node));
