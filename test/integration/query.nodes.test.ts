import { CRM_CATALOG, encodeId, field, objectTypeOf } from '@winnow/catalog';
import { beforeAll, describe, expect, it } from 'vitest';
import { FROZEN } from '../support/compiled-query.ts';
import { CUSTOM_FIELD_IDS } from '../support/custom-fields.ts';
import { insertRow } from '../support/index.ts';
import { createLeadFinder, finds, LEAD_LABELS, type LeadFinder } from '../support/lead-finder.ts';
import {
  about,
  all,
  any,
  byId,
  everything,
  exists,
  isTrue,
  me,
  not,
  query,
  related,
  term,
  text,
  where,
} from '../support/query-json.ts';
import type { LeadLabel } from '../support/query-leads.ts';

type Json = Readonly<Record<string, unknown>>;

let finder: LeadFinder;
const here = () => finder;

beforeAll(async () => {
  finder = await createLeadFinder();
});

describe('id, and, or and negate', () => {
  const id = (label: LeadLabel) => byId(encodeId('lead', finder.mine.ids[label]));
  finds(here, 'an id', ['percent'], () => id('percent'));
  finds(here, 'alternatives of ids', ['acme', 'bare'], () => any(id('acme'), id('bare'), id('acme')));
  finds(here, "another organization's id", [], () => byId(finder.theirs.ids.acme));
  finds(here, 'and', ['acme'], () => all(where('lead.url', exists), where('lead.source', term('web'))));
  finds(here, 'or', ['acme', 'accents'], () =>
    any(where('lead.source', term('fair')), where('lead.created_by', me)),
  );
  finds(here, 'and of nothing', LEAD_LABELS, () => all());
  finds(here, 'or of nothing', [], () => any());
  finds(here, 'a double negation', ['acme'], () => all(not(all(not(where('lead.source', term('web')))))));
  finds(here, 'or of a condition and a missing value', ['percent', 'accents', 'bare'], () =>
    any(not(where('lead.url', exists)), where('lead.source', term('fair'))),
  );
  finds(here, 'match_all', LEAD_LABELS, () => everything);
});

describe('has_related', () => {
  const hasEmail = (mode: string, value: string) =>
    related(
      'lead > contact',
      related('contact > contact_email', where('contact_email.email', text(mode, value))),
    );
  finds(here, 'objects two levels down', ['acme'], () => hasEmail('phrase', 'bruce@wayne.test'));
  finds(here, 'an exact e-mail, which near ones are not', [], () =>
    hasEmail('exact_value', 'bruce@wayne.test'),
  );
  finds(here, 'an object that meets the whole query', [], () =>
    related(
      'lead > contact',
      all(
        where('contact.title', text('full_words', 'ceo')),
        where('contact.name', text('full_words', 'bob')),
      ),
    ),
  );
  finds(here, 'two objects that meet one query each', ['acme'], () =>
    all(
      related('lead > contact', where('contact.title', text('full_words', 'ceo'))),
      related('lead > contact', where('contact.name', text('full_words', 'bob'))),
    ),
  );
  finds(here, 'an object that lacks something', ['acme'], () =>
    related('lead > contact', not(where('contact.title', exists))),
  );
  finds(here, 'an object of one type in a table of several', ['acme'], () =>
    related('lead > activity.call', where('activity.call.note', text('full_words', 'acme'))),
  );
  finds(here, 'a boolean of a related object', ['globex'], () =>
    related('lead > task', where('task.is_complete', isTrue(true))),
  );
  finds(here, 'a looked-up choice of a related object', ['acme'], () =>
    related('lead > deal', where('deal.status_type', term('won'))),
  );
  finds(here, 'related of related, back to itself', ['acme', 'globex'], () =>
    related('lead > contact', related('contact > lead', everything)),
  );
  finds(here, 'a status, from child to parent', ['globex'], () =>
    related('lead > lead_status', where('lead_status.label', text('exact_value', 'bad fit'))),
  );
});

describe('queries about other objects', () => {
  it('finds opportunities without a lead as not related to one', async () => {
    const json = (node: Json) => query('opportunity', node);
    expect(await finder.selectIds(json(related('deal > lead', everything)))).toHaveLength(3);
    expect(await finder.selectIds(json(not(related('deal > lead', everything))))).toHaveLength(1);
  });

  it('finds only the objects of its type in a table of several', async () => {
    expect(await finder.selectIds(about('call'))).toHaveLength(1);
    expect(
      await finder.selectIds(query('note', where('note.note', text('full_words', 'acme')))),
    ).toHaveLength(1);
  });
});

describe('sort', () => {
  const by = (direction: string, field: unknown) => ({ direction, field });
  const of = (field_name: string) => ({ type: 'regular_field', object_type: 'lead', field_name });
  const ofCustom = (id: string) => ({ type: 'custom_field', custom_field_id: id });
  const labels = async (...sort: readonly unknown[]) => finder.findLeads(everything, { sort });

  it('settles ties by id', async () => {
    expect(await labels()).toEqual(LEAD_LABELS);
    expect(await labels(by('desc', of('source')))).toEqual(['acme', 'accents', 'globex', 'percent', 'bare']);
  });

  it('puts objects without a value last in both directions', async () => {
    const number = ofCustom(CUSTOM_FIELD_IDS.number);
    expect(await labels(by('asc', number))).toEqual(['accents', 'globex', 'acme', 'percent', 'bare']);
    expect(await labels(by('desc', number))).toEqual(['acme', 'globex', 'accents', 'percent', 'bare']);
  });

  it('sorts by several fields in turn', async () => {
    const order = await labels(by('asc', ofCustom(CUSTOM_FIELD_IDS.choices)), by('desc', of('date_created')));
    expect(order).toEqual(['globex', 'acme', 'accents', 'percent', 'bare']);
  });
});

describe('a column of several texts', () => {
  const email = objectTypeOf(CRM_CATALOG, 'activity.email');
  const to = field('to', 'text_list', { column: 'recipients_to' });
  const catalog = {
    ...CRM_CATALOG,
    objectTypes: { ...CRM_CATALOG.objectTypes, [email.name]: { ...email, fields: { ...email.fields, to } } },
  };

  it('matches when any of them does', async () => {
    const organization_id = finder.mine.org.organizationId;
    const insert = (recipients_to: readonly string[] | null) =>
      insertRow(finder.db, 'activity', { organization_id, type: 'email', recipients_to });
    const both = await insert(['ann@acme.test', 'bob@acme.test']);
    const ann = await insert(['Ann@acme.test']);
    const none = [await insert([]), await insert(null)];
    const select = (node: Json) => finder.selectIds(query('email', node), { catalog });
    const recipients = (condition: Json) => where('email.to', condition);
    expect(await select(recipients(text('full_words', 'acme ann')))).toEqual([both, ann]);
    expect(await select(recipients(term('bob@acme.test', 'x')))).toEqual([both]);
    expect(await select(recipients(exists))).toEqual([both, ann]);
    expect(await select(not(recipients(exists)))).toEqual(none);
    expect(await select(not(recipients(term('bob@acme.test'))))).toEqual([ann, ...none]);
  });
});

describe('the catalog', () => {
  it('has a field for every searchable column, and each can be asked for', async () => {
    for (const type of Object.values(CRM_CATALOG.objectTypes)) {
      for (const field of Object.values(type.fields).filter(({ searchable }) => searchable)) {
        const json = query(type.name, where(`${type.name}.${field.name}`, exists));
        await expect(finder.selectIds(json, FROZEN)).resolves.toEqual([]);
      }
      const sort = Object.values(type.fields)
        .filter(({ sortable }) => sortable)
        .map(({ name }) => ({
          direction: 'asc',
          field: { type: 'regular_field', object_type: type.name, field_name: name },
        }));
      for (const item of sort)
        await expect(finder.selectIds(about(type.name), { ...FROZEN, sort: [item] })).resolves.toEqual([]);
    }
  });
});
