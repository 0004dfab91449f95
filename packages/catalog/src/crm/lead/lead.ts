import { constant, embed, expression, field, fieldsByName, lookup } from '../../fields.ts';
import type { Field, ObjectType } from '../../types.ts';
import { stamps } from '../shared-fields.ts';
import { activityFields } from './activity-fields.ts';
import { lastActivityFields } from './last-activity-fields.ts';
import { opportunityFields } from './opportunity-fields.ts';
import { opportunityValueFields } from './opportunity-value-fields.ts';
import { partFields } from './part-fields.ts';
import { taskFields } from './task-fields.ts';

/** The first e-mail address or phone number of a lead's contacts, in the order in which they were added. */
const firstOfContacts = (name: string, column: string): Field =>
  expression(
    name,
    'text',
    `(select part.${column} from public.contact c join public.contact_${column} part on part.contact_id = c.id
      where c.lead_id = {id} and c.organization_id = {organization_id} order by c.id, part.id limit 1)`,
    { ofParts: true },
  );

/** Fields that tell of a lead's parts, tasks, activities and opportunities, worked out when they are asked for. */
const computed: readonly Field[] = [
  ...partFields,
  ...activityFields,
  ...lastActivityFields,
  ...taskFields,
  ...opportunityFields,
  ...opportunityValueFields,
];

export const lead: ObjectType = {
  name: 'lead',
  aliases: [],
  label: { one: 'lead', many: 'leads' },
  table: 'lead',
  idPrefix: 'lead',
  titleField: 'name',
  bulkName: 'lead',
  path: 'lead',
  rootColumn: 'id',
  customFieldOwner: 'lead',
  scopeFamily: 'leads',
  fields: fieldsByName(
    field('name', 'text'),
    field('display_name', 'text', { column: 'name', writable: false }),
    field('description', 'text'),
    field('url', 'text'),
    field('status_id', 'reference', {
      target: 'lead_status',
      referenceTypes: ['status.lead'],
      changeStamp: 'date_status_changed',
    }),
    lookup('status_label', 'text', { via: 'status_id', table: 'lead_status', column: 'label' }),
    field('source', 'text'),
    field('external_id', 'text'),
    field('phone_number', 'text'),
    field('campaign_id', 'reference', { target: 'campaign', referenceTypes: ['campaign'] }),
    field('metadata', 'json', { searchable: false }),
    ...stamps,
    field('last_lead_status_change_date', 'moment', { column: 'date_status_changed', writable: false }),
    firstOfContacts('primary_email', 'email'),
    firstOfContacts('primary_phone', 'phone'),
    constant('integration_links', []),
    constant('summaries', []),
    ...computed,
  ),
  embeds: [
    embed('addresses', 'address', 'lead_id'),
    embed('contacts', 'contact', 'lead_id'),
    embed('opportunities', 'opportunity', 'lead_id', { writable: false }),
    embed('tasks', 'task', 'lead_id', { writable: false, only: { column: 'is_complete', equals: false } }),
  ],
};
