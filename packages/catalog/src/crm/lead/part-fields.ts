import { count, expression, first } from '../../fields.ts';
import type { Field } from '../../types.ts';

const OF_CONTACTS = { through: { table: 'contact', column: 'lead_id' } } as const;

/** What a lead itself has: its web site, or none. */
const NUM_URLS = `(case when {url} <> '' then 1 else 0 end)`;
const NUM_CONTACT_URLS = `(select count(*) from public.contact_url u join public.contact c on c.id = u.contact_id
  where c.lead_id = {id} and c.organization_id = {organization_id} and u.organization_id = {organization_id})`;

/** Of a lead's contacts and addresses, and what these hold. */
export const partFields: readonly Field[] = [
  count('num_contacts', 'contact', 'lead_id'),
  count('num_addresses', 'address', 'lead_id'),
  count('addresses_count', 'address', 'lead_id'),
  count('num_email_addresses', 'contact_email', 'contact_id', OF_CONTACTS),
  count('num_phone_numbers', 'contact_phone', 'contact_id', OF_CONTACTS),
  count('num_contact_urls', 'contact_url', 'contact_id', OF_CONTACTS),
  expression('num_urls', 'integer', NUM_URLS, { searchable: true, sortable: true, onRequest: true }),
  // The lead's own and those of its contacts.
  expression('all_urls_count', 'integer', `(${NUM_URLS} + ${NUM_CONTACT_URLS})`, {
    searchable: true,
    sortable: true,
    onRequest: true,
  }),
  // A lead's clocks are those of the first contact that has any.
  first('timezone_id', 'time_zone', {
    table: 'contact',
    column: 'lead_id',
    where: `{timezone} <> ''`,
    value: '{timezone}',
    orderBy: '{id}',
  }),
];
