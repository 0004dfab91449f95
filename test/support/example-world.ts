import { encodeId, newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { CUSTOM_FIELD_IDS, customFieldKey } from './custom-fields.ts';
import { type ExampleQuery, exampleQueries } from './example-queries.ts';
import type { TestOrganization } from './factories.ts';
import { insertRow, type Row } from './rows.ts';

/** When the examples are asked. */
export const EXAMPLE_NOW = new Date('2026-03-31T14:30:00Z');

/** Records of every kind that the examples ask for, by names that a test can list. */
export interface ExampleWorld {
  /** Plain UUIDs by label. */
  readonly ids: ReadonlyMap<string, string>;
  readonly examples: readonly ExampleQuery[];
}

/** Writes a small CRM in which each example finds something, and leaves something. */
export async function insertExampleWorld(db: Db, org: TestOrganization): Promise<ExampleWorld> {
  const ids = new Map<string, string>();
  const insert = async (table: string, label: string, row: Row) => {
    const id = await insertRow(db, table, { organization_id: org.organizationId, ...row });
    ids.set(label, id);
    return id;
  };
  const colleague = newId();
  const leadStatus = {
    bad: await insert('lead_status', 'status bad', { label: 'Bad fit' }),
    junk: await insert('lead_status', 'status junk', { label: 'Junk' }),
    won: await insert('lead_status', 'status won', { label: 'Customer' }),
    lost: await insert('lead_status', 'status lost', { label: 'Lost' }),
  };
  const custom = (source?: string, owner?: string) =>
    JSON.stringify({
      ...(source && { [customFieldKey(CUSTOM_FIELD_IDS.choices)]: source }),
      ...(owner && { [customFieldKey(CUSTOM_FIELD_IDS.user)]: owner }),
    });

  const acme = await insert('lead', 'acme', {
    name: 'Acme, Inc',
    status_id: leadStatus.bad,
    url: 'https://acme.test',
    custom: custom('Trade show', org.userId),
    date_created: '2022-12-31T20:00:00Z',
  });
  const imported = await insert('lead', 'imported', {
    name: 'Import 7 (test)',
    status_id: leadStatus.junk,
    custom: custom('Website'),
    date_created: '2026-03-31T12:45:00Z',
  });
  const keeper = await insert('lead', 'keeper', {
    name: 'Keeper',
    description: 'Was Acmeton before',
    status_id: leadStatus.won,
    url: 'https://www.keepme.test/x',
    date_created: '2026-01-15T09:00:00Z',
  });
  const bare = await insert('lead', 'bare', { date_created: '2026-03-30T10:00:00Z' });
  const lost = await insert('lead', 'lost', {
    name: 'Testing imports',
    status_id: leadStatus.lost,
    custom: custom('Purchased list', colleague),
    date_created: '2023-01-01T00:30:00Z',
  });

  const bruce = await insert('contact', 'bruce', { lead_id: acme, name: 'Bruce Wayne', title: 'Intern' });
  const silent = await insert('contact', 'silent', { lead_id: keeper, name: 'Silent Bob' });
  const phoned = await insert('contact', 'phoned', { lead_id: lost, name: 'Peter', title: 'Summer intern' });
  const near = await insert('contact', 'near', { lead_id: imported, name: 'Near Miss', title: 'CEO' });
  await insert('contact', 'unreachable', { lead_id: keeper, name: 'Nobody' });
  await insert('contact_email', 'e-mail of bruce', { contact_id: bruce, email: 'bruce@wayne.test' });
  await insert('contact_email', 'e-mail of near', { contact_id: near, email: 'bruce.b@wayne.test' });
  await insert('contact_email', 'empty e-mail of silent', { contact_id: silent, email: '' });
  await insert('contact_phone', 'phone of phoned', { contact_id: phoned, phone: '+1 555 0100' });
  await insert('address', 'address of acme', { lead_id: acme, state: 'nv' });
  await insert('address', 'address of keeper', { lead_id: keeper, state: 'NV' });
  await insert('address', 'address of bare', { lead_id: bare, state: 'NVX' });

  const status = async (type: string) => insert('opportunity_status', `stage ${type}`, { label: type, type });
  const stages = { won: await status('won'), active: await status('active'), lost: await status('lost') };
  await insert('opportunity', 'won of acme', {
    lead_id: acme,
    status_id: stages.won,
    date_updated: '2024-01-01T00:00:00Z',
  });
  await insert('opportunity', 'stale of imported', {
    lead_id: imported,
    status_id: stages.active,
    date_updated: '2025-01-01T00:00:00Z',
  });
  await insert('opportunity', 'stale of acme', {
    lead_id: acme,
    status_id: stages.active,
    date_updated: '2025-01-01T00:00:00Z',
  });
  await insert('opportunity', 'fresh of imported', {
    lead_id: imported,
    status_id: stages.active,
    date_updated: '2026-03-01T00:00:00Z',
  });
  await insert('opportunity', 'lost of bare', { lead_id: bare, status_id: stages.lost });

  const activity = (label: string, lead_id: string, row: Row) =>
    insert('activity', label, { lead_id, ...row });
  await activity('recent call', acme, {
    type: 'call',
    direction: 'outbound',
    activity_at: '2026-01-10T00:00:00Z',
    date_created: '2026-01-10T00:00:00Z',
  });
  await activity('old call', lost, {
    type: 'call',
    direction: 'inbound',
    activity_at: '2023-06-01T00:00:00Z',
    date_created: '2023-06-01T00:00:00Z',
  });
  await activity('old note', bare, {
    type: 'note',
    activity_at: '2020-01-01T00:00:00Z',
    date_created: '2020-01-01T00:00:00Z',
  });
  const sent = { type: 'email', direction: 'outgoing', status: 'sent' };
  await activity('unanswered', keeper, { ...sent, activity_at: '2024-05-01T00:00:00Z' });
  await activity('answered', imported, { ...sent, activity_at: '2026-03-31T13:10:00Z' });
  await activity('answer', imported, {
    type: 'email',
    direction: 'incoming',
    status: 'inbox',
    activity_at: '2026-03-31T13:20:00Z',
  });

  const stat = (id: string) => encodeId('stat', id);
  return {
    ids,
    examples: exampleQueries({
      leadStatus: {
        bad: stat(leadStatus.bad),
        junk: stat(leadStatus.junk),
        won: stat(leadStatus.won),
        lost: stat(leadStatus.lost),
      },
      customField: { source: CUSTOM_FIELD_IDS.choices, owner: CUSTOM_FIELD_IDS.user },
      user: encodeId('user', colleague),
      leads: [encodeId('lead', acme), encodeId('lead', lost)],
    }),
  };
}
