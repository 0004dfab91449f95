import type { Db } from '@winnow/db';
import { insertRow, type Row } from './rows.ts';

/** A lead with one child of every kind, and a document that is linked to three of them. */
export interface LeadFamily {
  readonly lead: string;
  readonly contact: string;
  readonly opportunity: string;
  readonly task: string;
  readonly note: string;
  readonly call: string;
  readonly document: string;
}

export async function insertLeadFamily(db: Db, organizationId: string, lead: Row = {}): Promise<LeadFamily> {
  const own = { organization_id: organizationId };
  const leadId = await insertRow(db, 'lead', { name: 'Wayne Enterprises', ...own, ...lead });
  const ofLead = { ...own, lead_id: leadId };
  const contact = await insertRow(db, 'contact', { ...ofLead, name: 'Bruce Wayne', title: 'CEO' });
  const ofContact = { ...own, contact_id: contact };
  await insertRow(db, 'contact_email', { ...ofContact, email: 'bruce@wayne.test' });
  await insertRow(db, 'contact_phone', { ...ofContact, phone: '+16503334444' });
  await insertRow(db, 'contact_url', { ...ofContact, url: 'https://wayne.test' });
  await insertRow(db, 'address', { ...ofLead, city: 'Gotham', state: 'NJ' });
  const opportunity = await insertRow(db, 'opportunity', { ...ofLead, contact_id: contact, value: 50_000 });
  const linked = { ...ofLead, contact_id: contact, opportunity_id: opportunity };
  return {
    lead: leadId,
    contact,
    opportunity,
    task: await insertRow(db, 'task', { ...linked, text: 'call back' }),
    note: await insertRow(db, 'activity', { ...linked, type: 'note', note: 'likes bats' }),
    call: await insertRow(db, 'activity', { ...linked, type: 'call', duration: 61 }),
    document: await insertRow(db, 'document', { ...linked, name: 'contract.pdf' }),
  };
}
