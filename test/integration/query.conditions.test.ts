import { encodeId } from '@winnow/catalog';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSql } from '../support/compiled-query.ts';
import { CUSTOM_FIELD_IDS } from '../support/custom-fields.ts';
import { createLeadFinder, finds, LEAD_LABELS, type LeadFinder } from '../support/lead-finder.ts';
import {
  ago,
  any,
  at,
  between,
  everything,
  exists,
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
} from '../support/query-json.ts';

type Json = Readonly<Record<string, unknown>>;

let finder: LeadFinder;
const here = () => finder;

beforeAll(async () => {
  finder = await createLeadFinder();
});

const name = (mode: string, value: string) => () => where('lead.name', text(mode, value));
const stat = (id: string) => encodeId('stat', id);

describe("Close's documented example", () => {
  it('gives this SQL, these parameters and these rows', async () => {
    const json = query('lead', where('lead.name', text('full_words', 'ACME Inc.')));
    const sort = [
      {
        direction: 'desc',
        field: { type: 'regular_field', object_type: 'lead', field_name: 'date_created' },
      },
    ];
    const compiled = finder.compile(json, { sort });
    expect(writeSql(compiled.where)).toEqual({
      sql: '"t0"."organization_id" = $1::uuid and winnow_tsvector("t0"."name") @@ winnow_all_words($2)',
      parameters: [finder.mine.org.organizationId, 'ACME Inc.'],
    });
    expect(compiled.orderBy.map((item) => writeSql(item).sql)).toEqual([
      '"t0"."date_created" desc nulls last',
      '"t0"."id" asc',
    ]);
    expect(await finder.selectIds(json, { sort })).toEqual([finder.mine.ids.acme]);
  });
});

describe('text', () => {
  finds(
    here,
    'full_words, whatever the case, order and punctuation',
    ['acme'],
    name('full_words', 'INC acme'),
  );
  finds(here, 'full_words with one of two words missing', [], name('full_words', 'ACME Corporation'));
  finds(here, 'full_words with part of a word', [], name('full_words', 'ACM'));
  finds(here, 'phrase', ['acme'], name('phrase', '"acme-inc"'));
  finds(here, 'phrase in another order', [], name('phrase', 'Inc ACME'));
  finds(here, 'phrase with a word between', [], name('phrase', 'Globex Inc'));
  finds(here, 'phrase of the beginning of a word', [], name('phrase', 'ACME In'));
  finds(here, 'beginning_of_words', ['globex'], name('beginning_of_words', 'inc glob'));
  finds(here, 'beginning_of_words with the middle of a word', [], name('beginning_of_words', 'orporation'));
  finds(here, 'a word without its accents', ['accents'], name('full_words', 'cafe united'));
  finds(here, 'a word with combining accents', ['accents'], name('full_words', 'CAFE\u0301'));
  finds(here, 'a letter that is no accented one, as it is', ['accents'], name('full_words', 'STRAßE'));
  finds(here, '% and _ as ordinary characters', ['percent'], name('phrase', '100% off_'));
  finds(here, 'a pattern that would match all names', [], name('phrase', '%a%'));
  finds(here, 'exact_value, apart from case and spaces around it', ['acme', 'globex'], () =>
    where('lead.external_id', text('exact_value', 'CRM/1')),
  );
  finds(here, 'exact_value with other punctuation', [], name('exact_value', 'ACME Inc'));
  finds(here, 'exact_value with a pattern', [], name('exact_value', '%'));
  finds(here, 'a script of other letters', [], name('full_words', 'Акме'));
  finds(here, 'words of a looked-up field', ['globex'], () =>
    where('lead.status_label', text('full_words', 'fit')),
  );
});

describe('a text in which the database finds no word', () => {
  // A letter or digit to JavaScript, so it passes the check; to this server's locale it is neither.
  const arabicThree = where('lead.name', text('full_words', '\u0663'));

  it('matches nothing, negated or not, for else its negation would match everything', async () => {
    expect(await finder.findLeads(arabicThree)).toEqual([]);
    expect(await finder.findLeads(not(arabicThree))).toEqual([]);
    expect(await finder.findLeads(any(everything, not(arabicThree)))).toEqual(LEAD_LABELS);
    expect(
      await finder.findLeads(not(related('lead > contact', where('contact.name', text('phrase', '\u0663'))))),
    ).toEqual([]);
  });
});

describe('term, reference, current_user and exists', () => {
  finds(here, 'term, to the letter', ['acme'], () => where('lead.source', term('web')));
  finds(here, 'term with several values', ['acme', 'globex'], () => where('lead.source', term('Web', 'web')));
  finds(here, 'term on an id', ['bare'], () =>
    where('lead.id', term(encodeId('lead', finder.mine.ids.bare))),
  );
  finds(here, 'reference', ['acme'], () =>
    where('lead.status_id', reference('status.lead', stat(finder.mine.statuses.potential))),
  );
  finds(here, 'reference to any of several', ['acme', 'globex'], () =>
    where(
      'lead.status_id',
      reference('status.lead', finder.mine.statuses.potential, stat(finder.mine.statuses.bad)),
    ),
  );
  finds(here, "reference to another organization's object", [], () =>
    where('lead.status_id', reference('status.lead', stat(finder.theirs.statuses.potential))),
  );
  finds(here, 'reference to users beside groups', ['globex'], () =>
    where('lead.created_by', reference('user_or_group', 'group_b', encodeId('user', finder.mine.otherUser))),
  );
  finds(here, 'reference to groups alone', [], () =>
    where('lead.created_by', reference('user_or_group', 'group_b')),
  );
  finds(here, 'current_user', ['acme'], () => where('lead.created_by', me));
  finds(here, 'exists on text, of which an empty one is none', ['acme', 'globex'], () =>
    where('lead.url', exists),
  );
  finds(here, 'exists on a reference', ['acme', 'globex'], () => where('lead.status_id', exists));
  finds(here, 'exists on a looked-up field', ['acme', 'globex'], () => where('lead.status_label', exists));
  finds(here, 'exists on a count', LEAD_LABELS, () => where('lead.num_tasks', exists));
});

describe('number_range', () => {
  const value = (bounds: Json) => () => related('lead > deal', where('deal.value', numbers(bounds)));
  finds(here, 'gt at the value', [], value({ gt: 10_000 }));
  finds(here, 'gt just below it', ['acme'], value({ gt: 9_999.5 }));
  finds(here, 'gte at the value', ['acme'], value({ gte: 10_000 }));
  finds(here, 'lt at the value', [], value({ lt: 200 }));
  finds(here, 'lte at the value', ['acme'], value({ lte: 200.5 }));
  finds(here, 'both sides', ['acme'], value({ gte: 200, lte: 200 }));
  finds(here, 'numbers that no column could hold', ['acme'], value({ gt: -1e300, lt: 1e300 }));
  finds(here, 'a count of one or more', ['acme', 'globex'], () =>
    where('lead.num_contacts', numbers({ gt: 0.5 })),
  );
  finds(here, 'a count of two or more', ['acme'], () => where('lead.num_contacts', numbers({ gte: 2 })));
  finds(here, 'a count of none', ['percent', 'accents', 'bare'], () =>
    where('lead.num_contacts', numbers({ lte: 0 })),
  );
  finds(here, 'a count of exactly one', ['globex'], () =>
    where('lead.num_contacts', numbers({ gt: 0, lt: 2 })),
  );
  finds(here, 'a number as a term', ['acme'], () =>
    related('lead > deal', where('deal.value', term(1, 200))),
  );
});

describe('moment_range', () => {
  const created = (from: unknown, before: unknown) => () => where('lead.date_created', between(from, before));
  finds(
    here,
    'on_or_after a moment to the microsecond',
    ['globex', 'percent', 'accents'],
    created(at('2026-03-30T12:00:00.123456Z'), null),
  );
  finds(
    here,
    'on_or_after a microsecond later',
    ['percent', 'accents'],
    created(at('2026-03-30T12:00:00.123457Z'), null),
  );
  finds(here, 'before a moment to the microsecond', ['bare'], created(null, at('2020-03-01T00:00:00Z')));
  finds(
    here,
    'before now, which is not before itself',
    ['acme', 'globex', 'percent', 'bare'],
    created(null, now),
  );
  finds(here, 'the last two hours', ['percent'], created(ago({ hours: 2 }), now));
  finds(here, 'yesterday', ['globex'], created(ago({ days: 1 }, 'start'), ago({ days: 1 }, 'end')));
  finds(
    here,
    'yesterday where it began at 12:00 UTC',
    ['globex'],
    created(ago({ days: 1 }, 'start'), ago({ days: 1 }, 'end')),
    { tzOffsetMinutes: 12 * 60 },
  );
  finds(
    here,
    'yesterday where it began a minute later',
    [],
    created(ago({ days: 1 }, 'start'), ago({ days: 1 }, 'end')),
    { tzOffsetMinutes: 12 * 60 - 1 },
  );
  finds(here, 'today where it began at 14:15 UTC', ['accents'], created(ago({}, 'start'), null), {
    tzOffsetMinutes: 9 * 60 + 45,
  });
  finds(here, 'moments in the future', [], created(ago({ months: 1 }, undefined, 'future'), null));
  finds(here, 'moments before the calendar', [], created(null, ago({ years: 9_000_000_000 })));

  const won = (from: unknown, before: unknown) => () =>
    related('lead > deal', where('deal.date_won', between(from, before)));
  finds(here, 'a date on_or_after now, which is today or later', ['globex'], won(now, null));
  finds(here, 'a date before now, which is yesterday or earlier', ['acme'], won(null, now));
  finds(here, 'a date on_or_after now where it is already tomorrow', [], won(now, null), {
    tzOffsetMinutes: 10 * 60,
  });
  finds(
    here,
    'a date in its whole day',
    ['acme'],
    won(at('2026-03-15T00:00:00Z'), at('2026-03-16T00:00:00Z')),
  );
  finds(here, 'a date in days past and to come', ['acme'], () =>
    related('lead > task', where('task.due_date', between(now, ago({ weeks: 1 }, 'end', 'future')))),
  );
});

describe('custom fields', () => {
  const on = (field: keyof typeof CUSTOM_FIELD_IDS, condition: () => Json) => () =>
    whereCustom(CUSTOM_FIELD_IDS[field], condition());
  finds(
    here,
    'words of a text',
    ['acme', 'globex'],
    on('text', () => text('full_words', 'blue whale')),
  );
  finds(
    here,
    'a phrase of a text',
    ['acme'],
    on('text', () => text('phrase', 'blue whale')),
  );
  finds(
    here,
    'a text as a term',
    ['accents'],
    on('text', () => term('Blau', 'blau')),
  );
  finds(
    here,
    'exists, of which null and empty text are none',
    ['acme', 'globex', 'accents'],
    on('text', () => exists),
  );
  finds(
    here,
    'exists, of which an empty list is none',
    ['acme', 'globex'],
    on('manyChoices', () => exists),
  );
  finds(
    here,
    'exists, of which null is none',
    ['acme'],
    on('manyUsers', () => exists),
  );
  finds(
    here,
    'a number',
    ['acme', 'globex'],
    on('number', () => numbers({ gt: 0 })),
  );
  finds(
    here,
    'a number below none',
    ['accents'],
    on('number', () => numbers({ lt: 0 })),
  );
  finds(
    here,
    'a number as a term',
    ['acme'],
    on('number', () => term(10.5, 12)),
  );
  finds(
    here,
    'a date',
    ['globex'],
    on('date', () => between(now, null)),
  );
  finds(
    here,
    'a date before',
    ['acme'],
    on('date', () => between(null, at('2026-02-02T00:00:00Z'))),
  );
  finds(
    here,
    'a moment',
    ['globex'],
    on('datetime', () => between(ago({ minutes: 1 }), now)),
  );
  finds(
    here,
    'a moment, of which a text is none',
    ['acme', 'globex'],
    on('datetime', () => between(at('1999-01-01T00:00:00Z'), null)),
  );
  finds(
    here,
    'a choice',
    ['globex'],
    on('choices', () => term('Trade show', 'Purchased list')),
  );
  finds(
    here,
    'words of a choice',
    ['globex'],
    on('choices', () => text('full_words', 'SHOW')),
  );
  finds(
    here,
    'a user',
    ['globex'],
    on('user', () => reference('user', finder.mine.otherUser)),
  );
  finds(
    here,
    'the current user',
    ['acme'],
    on('user', () => me),
  );
  finds(
    here,
    'a contact',
    ['acme'],
    on('contact', () => reference('contact', encodeId('cont', finder.mine.linkedContact))),
  );
  finds(
    here,
    'any element of several choices',
    ['acme', 'globex'],
    on('manyChoices', () => term('Website')),
  );
  finds(
    here,
    'one element of several choices',
    ['acme'],
    on('manyChoices', () => term('Trade show', 'Purchased list')),
  );
  finds(
    here,
    'words of any element',
    ['acme'],
    on('manyChoices', () => text('beginning_of_words', 'tra')),
  );
  finds(
    here,
    'any element of several users',
    ['acme'],
    on('manyUsers', () => me),
  );
});
