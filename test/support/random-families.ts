import { newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import fc from 'fast-check';
import { insertRow } from './rows.ts';

const ACTIVITY_TYPES = ['note', 'call', 'email', 'sms', 'meeting', 'custom_activity', 'form_submission'];

/** A row to be: which table, and which of the rows before it it points at, by any number. */
export interface Sprout {
  readonly table: string;
  readonly links: readonly (number | null)[];
  readonly type: string;
}

const sprout = fc.record({
  table: fc.constantFrom(
    'lead',
    'contact',
    'contact',
    'contact_email',
    'contact_phone',
    'contact_url',
    'address',
    'custom_object',
    'opportunity',
    'opportunity',
    'task',
    'activity',
    'activity',
    'activity',
    'document',
    'document',
  ),
  links: fc.tuple(
    fc.option(fc.nat(1000), { freq: 6 }),
    fc.option(fc.nat(1000), { freq: 2 }),
    fc.option(fc.nat(1000), { freq: 2 }),
  ),
  type: fc.constantFrom(...ACTIVITY_TYPES),
});

/** Rows of every table of the CRM that point at each other in any way that the schema allows, across leads too. */
export const familiesOf = (size: fc.ArrayConstraints): fc.Arbitrary<readonly Sprout[]> =>
  fc.array(sprout, size);
export const families = familiesOf({ minLength: 20, maxLength: 60 });

/** Writes them. @returns ids by table. */
export async function insertFamilies(
  db: Db,
  organizationId: string,
  sprouts: readonly Sprout[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = new Map<string, string[]>();
  const insert = async (table: string, row: Readonly<Record<string, unknown>>) => {
    const id = await insertRow(db, table, { id: newId(), organization_id: organizationId, ...row });
    ids.set(table, [...(ids.get(table) ?? []), id]);
    return id;
  };
  const pick = (table: string, n: number | null | undefined) => {
    const there = ids.get(table) ?? [];
    return n === null || n === undefined || there.length === 0 ? null : there[n % there.length];
  };
  const lead = await insert('lead', { name: 'first' });
  await insert('contact', { lead_id: lead });
  for (const { table, links, type } of sprouts) {
    const [first, second, third] = links;
    const leadId = pick('lead', first);
    const contactId = pick('contact', second);
    const opportunityId = pick('opportunity', third);
    switch (table) {
      case 'lead':
        await insert(table, { name: 'another' });
        break;
      case 'contact':
      case 'address':
      case 'custom_object':
        await insert(table, { lead_id: leadId ?? lead });
        break;
      case 'contact_email':
        await insert(table, { contact_id: contactId ?? pick('contact', 0), email: 'a@b.test' });
        break;
      case 'contact_phone':
        await insert(table, { contact_id: contactId ?? pick('contact', 0), phone: '+1' });
        break;
      case 'contact_url':
        await insert(table, { contact_id: contactId ?? pick('contact', 0), url: 'https://b.test' });
        break;
      case 'opportunity':
        await insert(table, { lead_id: leadId, contact_id: contactId });
        break;
      default: {
        const linked = { lead_id: leadId, contact_id: contactId, opportunity_id: opportunityId };
        const own = table === 'activity' ? { type } : table === 'document' ? { name: 'paper' } : {};
        await insert(table, { ...linked, ...own });
      }
    }
  }
  return ids;
}
