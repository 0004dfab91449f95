import {
  about,
  ago,
  all,
  any,
  at,
  between,
  byId,
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
} from './query-json.ts';

/** The wire ids that the examples name. */
export interface ExampleIds {
  readonly leadStatus: {
    readonly bad: string;
    readonly junk: string;
    readonly won: string;
    readonly lost: string;
  };
  readonly customField: { readonly source: string; readonly owner: string };
  readonly user: string;
  readonly leads: readonly [string, string];
}

/** A query that people send, from the collection in the reference (2.9). */
export interface ExampleQuery {
  readonly number: number;
  readonly title: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Numbers of the examples, in order. */
export const EXAMPLE_NUMBERS: readonly number[] = Array.from({ length: 25 }, (_, index) => index + 1);

const yesterday = (which: string) => ({
  type: 'start_end_of_predefined_relative_period',
  range: 'yesterday',
  which,
});
const emailOfContact = (condition: Readonly<Record<string, unknown>>) =>
  related('lead > contact', related('contact > contact_email', where('contact_email.email', condition)));

/** The 25 queries of the reference (2.9), with ids that exist somewhere. */
export function exampleQueries({
  leadStatus,
  customField,
  user,
  leads,
}: ExampleIds): readonly ExampleQuery[] {
  const lead = (...nodes: readonly unknown[]) => query('lead', ...nodes);
  const status = (...ids: readonly string[]) => where('lead.status_id', reference('status.lead', ...ids));
  const created = (condition: Readonly<Record<string, unknown>>) => where('lead.date_created', condition);
  const inOneOfTwoStatuses = lead(status(leadStatus.bad, leadStatus.junk));
  const examples: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['every lead', lead()],
    ['leads whose name has both words', lead(where('lead.name', text('full_words', 'Test Import')))],
    ['leads in one of two statuses', inOneOfTwoStatuses],
    ['leads not in a status, nor those without one left out', lead(not(status(leadStatus.won)))],
    [
      'leads created before a day of local time',
      lead(created(between(null, { type: 'fixed_local_date', value: '2023-01-01', which: 'start' }))),
    ],
    [
      'leads created in a window of UTC',
      lead(created(between(at('2026-01-01T00:00:00+00:00'), at('2026-02-01T00:00:00+00:00')))),
    ],
    ['leads created in the last two hours', lead(created(between(ago({ hours: 2 }, 'start'), now)))],
    ['leads created yesterday', lead(created(between(yesterday('start'), yesterday('end'))))],
    [
      'cold leads: no communication for a year, or never any',
      lead(not(where('lead.last_communication_date', between(ago({ years: 1 }, 'start'), now)))),
    ],
    ['leads without any contact that has an e-mail address', lead(not(emailOfContact(exists)))],
    ['leads with a contact at an address', lead(emailOfContact(text('phrase', 'bruce@wayne.test')))],
    [
      'contacts with a title whose lead is in a status',
      query(
        'contact',
        where('contact.title', text('full_words', 'intern')),
        related('contact > lead', status(leadStatus.lost)),
      ),
    ],
    [
      'contacts with neither e-mail address nor phone number',
      query(
        'contact',
        where('contact.emails_count', numbers({ lte: 0 })),
        where('contact.phones_count', numbers({ lte: 0 })),
      ),
    ],
    [
      'leads by a custom choice field',
      lead(whereCustom(customField.source, term('Purchased list', 'Trade show'))),
    ],
    ['leads whose custom field is empty', lead(not(whereCustom(customField.owner, exists)))],
    ['leads owned by me', lead(whereCustom(customField.owner, me))],
    [
      'leads owned by a user or a group',
      lead(whereCustom(customField.owner, reference('user_or_group', user, 'group_b'))),
    ],
    [
      'leads with no won and no active opportunity',
      lead(not(related('lead > opportunity', where('opportunity.status_type', term('won', 'active'))))),
    ],
    [
      'stale opportunities of leads that nobody has called',
      query(
        'opportunity',
        where('opportunity.status_type', term('active')),
        where('opportunity.date_updated', between(null, ago({ months: 6 }, 'start'))),
        related('opportunity > lead', where('lead.num_calls', numbers({ lte: 0 }))),
      ),
    ],
    [
      'leads that were written to and never answered',
      lead(
        where('lead.num_sent_emails', numbers({ gte: 1 })),
        not(related('lead > activity.email', where('activity.email.direction', term('incoming')))),
      ),
    ],
    [
      'calls older than two years',
      query('activity.call', where('activity.call.date_created', between(null, ago({ years: 2 }, 'start')))),
    ],
    ['two leads by their ids', lead(any(...leads.map(byId)))],
    [
      'leads in a state, but for one domain',
      lead(
        related('lead > address', where('address.state', text('full_words', 'NV'))),
        not(where('lead.url', text('phrase', 'keepme.test'))),
      ),
    ],
    [
      'free text over the lead, as the search box writes it',
      {
        negate: false,
        type: 'and',
        queries: [
          { negate: false, ...about('lead') },
          { negate: false, ...text('beginning_of_words', 'acme') },
          { negate: false, ...all() },
        ],
      },
    ],
    ['the count of the leads in one of two statuses', inOneOfTwoStatuses],
  ];
  return examples.map(([title, json], index) => ({ number: index + 1, title, json }));
}
