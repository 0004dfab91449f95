import { field, fieldsByName } from '../fields.ts';
import type { ObjectType } from '../types.ts';
import { contactLink, leadLink, opportunityLink, stamps } from './shared-fields.ts';

export const document: ObjectType = {
  name: 'document',
  aliases: [],
  label: { one: 'document', many: 'documents' },
  table: 'document',
  idPrefix: 'docu',
  titleField: 'name',
  path: 'document',
  rootColumn: 'lead_id',
  fields: fieldsByName(
    leadLink(),
    contactLink,
    opportunityLink,
    field('name', 'text', { required: true }),
    field('url', 'text'),
    ...stamps,
  ),
  embeds: [],
};
