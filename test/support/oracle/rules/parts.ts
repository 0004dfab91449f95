import type { Records } from '../records.ts';
import type { OracleRow } from '../world.ts';
import { type ComputedRule, firstBy } from './rule.ts';

const ownUrls = (lead: OracleRow): number => (typeof lead.url === 'string' && lead.url !== '' ? 1 : 0);

function contactsOf(lead: OracleRow, records: Records): readonly OracleRow[] {
  return records.pointingAt('contact', 'lead_id', lead.id);
}

/** What a lead's own row, its contacts and an address say. */
export const PART_RULES: Readonly<Record<string, ComputedRule>> = {
  'lead.num_urls': { value: ownUrls },
  'lead.all_urls_count': {
    value: (lead, records) =>
      contactsOf(lead, records).reduce(
        (sum, { id }) => sum + records.pointingAt('contact_url', 'contact_id', id).length,
        ownUrls(lead),
      ),
  },
  'lead.timezone_id': {
    value: (lead, records) =>
      firstBy(
        contactsOf(lead, records).filter(({ timezone }) => typeof timezone === 'string' && timezone !== ''),
        ({ id }) => [id],
      )?.timezone,
  },
  'address.location': {
    value: (row) => {
      const parts = [row.address_1, row.address_2, row.city, row.state, row.zipcode, row.country];
      const given = parts.filter((part) => typeof part === 'string' && part !== '');
      return given.length === 0 ? null : given.join(', ');
    },
  },
};
