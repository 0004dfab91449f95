import { field, fieldsByName } from '../fields.ts';
import type { ObjectType } from '../types.ts';
import { leadLink, leadName, stamps } from './shared-fields.ts';

/** What an organization keeps beside its leads: cars, policies, sites. Its custom fields say what it is. */
export const customObject: ObjectType = {
  name: 'custom_object',
  aliases: [],
  label: { one: 'custom object', many: 'custom objects' },
  table: 'custom_object',
  idPrefix: 'custobj',
  titleField: 'name',
  bulkName: 'custom_object',
  path: 'custom_object',
  rootColumn: 'lead_id',
  customFieldOwner: 'custom_object',
  fields: fieldsByName(
    leadLink(true),
    leadName,
    field('custom_object_type_id', 'text', { sortable: false }),
    field('name', 'text'),
    ...stamps,
  ),
  embeds: [],
};
