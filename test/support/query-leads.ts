import { newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { CUSTOM_FIELD_IDS, customFieldKey } from './custom-fields.ts';
import type { TestOrganization } from './factories.ts';
import { insertRow, type Row } from './rows.ts';

/** Leads that differ in what conditions look at. Named in tests by these labels. */
export type LeadLabel = 'acme' | 'globex' | 'percent' | 'accents' | 'bare';

export interface QueryLeads {
  readonly ids: Readonly<Record<LeadLabel, string>>;
  readonly org: TestOrganization;
  /** A user beside the organization's own. */
  readonly otherUser: string;
  readonly statuses: {
    readonly potential: string;
    readonly bad: string;
    readonly won: string;
    readonly lost: string;
  };
  /** The contact that acme's custom field of type contact points at. */
  readonly linkedContact: string;
}

const custom = (values: Partial<Record<keyof typeof CUSTOM_FIELD_IDS, unknown>>): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(CUSTOM_FIELD_IDS).flatMap(([name, id]) =>
        name in values ? [[customFieldKey(id), Reflect.get(values, name)]] : [],
      ),
    ),
  );

/**
 * Five leads with children. `acme` has everything, `globex` other values, `percent` empty ones (null, '', [], and a
 * number that was stored as text), `accents` letters that are not ASCII, and `bare` only what a row must have.
 */
export async function insertQueryLeads(db: Db, org: TestOrganization): Promise<QueryLeads> {
  const organization_id = org.organizationId;
  const insert = (table: string, row: Row) => insertRow(db, table, { organization_id, ...row });
  const otherUser = newId();
  const linkedContact = newId();
  const statuses = {
    potential: await insert('lead_status', { label: 'Potential' }),
    bad: await insert('lead_status', { label: 'Bad Fit' }),
    won: await insert('opportunity_status', { label: 'Won', type: 'won' }),
    lost: await insert('opportunity_status', { label: 'Lost', type: 'lost' }),
  };
  const ids = {
    acme: await insert('lead', {
      name: 'ACME, Inc.',
      description: 'Makes anvils and rocket-skates',
      url: 'https://acme.test',
      status_id: statuses.potential,
      source: 'web',
      external_id: 'crm/1',
      created_by: org.userId,
      date_created: '2026-03-01T00:00:00Z',
      custom: custom({
        text: 'Blue whale',
        number: 10.5,
        date: '2026-02-01',
        datetime: '2026-02-01T10:00:00.000Z',
        choices: 'Website',
        user: org.userId,
        contact: linkedContact,
        manyChoices: ['Website', 'Trade show'],
        manyUsers: [otherUser, org.userId],
      }),
    }),
    globex: await insert('lead', {
      name: 'Globex Corporation Inc',
      url: 'https://globex.test/acme',
      status_id: statuses.bad,
      source: 'Web',
      external_id: ' CRM/1 ',
      created_by: otherUser,
      date_created: '2026-03-30T12:00:00.123456Z',
      custom: custom({
        text: 'whale, blue',
        number: 3,
        date: '2026-03-31',
        datetime: '2026-03-31T14:29:59+00:00',
        choices: 'Trade show',
        user: otherUser,
        manyChoices: 'Website',
      }),
    }),
    percent: await insert('lead', {
      name: '100% off_sale',
      url: '',
      date_created: '2026-03-31T14:00:00Z',
      custom: custom({
        text: '',
        number: '12',
        date: null,
        datetime: 'soon',
        manyChoices: [],
        manyUsers: null,
      }),
    }),
    accents: await insert('lead', {
      name: 'Café Ünïted Straße',
      source: 'fair',
      date_created: '2026-03-31T14:30:00Z',
      custom: custom({ text: 'Blau', number: -1 }),
    }),
    bare: await insert('lead', { date_created: '2020-02-29T23:59:59.999999Z' }),
  };
  await insertChildren(insert, ids, { org, statuses, linkedContact });
  return { ids, org, otherUser, statuses, linkedContact };
}

async function insertChildren(
  insert: (table: string, row: Row) => Promise<string>,
  ids: QueryLeads['ids'],
  { org, statuses, linkedContact }: Pick<QueryLeads, 'org' | 'statuses' | 'linkedContact'>,
): Promise<void> {
  await insert('contact', { id: linkedContact, lead_id: ids.acme, name: 'Ann Lee', title: 'CEO' });
  await insert('contact_email', { contact_id: linkedContact, email: 'ann@acme.test' });
  await insert('contact_email', { contact_id: linkedContact, email: 'bruce@wayne.test.other' });
  await insert('contact_phone', { contact_id: linkedContact, phone: '+16503334444' });
  await insert('contact', { lead_id: ids.acme, name: 'Bob' });
  const intern = await insert('contact', { lead_id: ids.globex, name: 'Cy', title: 'Intern' });
  await insert('contact_email', { contact_id: intern, email: '' });
  const won = { lead_id: ids.acme, status_id: statuses.won, value: 10_000, date_won: '2026-03-15' };
  await insert('opportunity', { ...won, contact_id: linkedContact, user_id: org.userId, confidence: 100 });
  await insert('opportunity', { lead_id: ids.acme, status_id: statuses.lost, value: 200 });
  await insert('opportunity', { lead_id: ids.globex, date_won: '2026-03-31', confidence: 0 });
  await insert('opportunity', { status_id: statuses.won, value: 7 });
  await insert('task', { lead_id: ids.acme, text: 'Call Ann', due_date: '2026-04-01' });
  await insert('task', { lead_id: ids.globex, text: 'Done', is_complete: true, due_date: '2026-03-30' });
  await insert('activity', { type: 'call', lead_id: ids.acme, note: 'acme', duration: 60 });
  await insert('activity', { type: 'note', lead_id: ids.globex, note: 'acme', pinned: true });
}
