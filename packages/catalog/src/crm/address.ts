import { constant, expression, field, fieldsByName } from '../fields.ts';
import type { ObjectType } from '../types.ts';

/** `1 Main Street, Gotham, NJ, 07001, US`. Word for word what the index `address_words` says. */
const LOCATION = 'winnow_joined({address_1}, {address_2}, {city}, {state}, {zipcode}, {country})';

export const address: ObjectType = {
  name: 'address',
  aliases: [],
  label: { one: 'address', many: 'addresses' },
  table: 'address',
  idPrefix: 'addr',
  partOf: 'lead',
  titleField: 'location',
  rootColumn: 'lead_id',
  fields: fieldsByName(
    field('label', 'text'),
    field('address_1', 'text'),
    field('address_2', 'text'),
    field('city', 'text'),
    field('state', 'text'),
    field('zipcode', 'text'),
    field('country', 'text'),
    expression('location', 'text', LOCATION, { searchable: true, sortable: true }),
    constant('tz_ids', []),
  ),
  embeds: [],
};
