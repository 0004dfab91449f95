import { constant, count, embed, field, fieldsByName } from '../fields.ts';
import type { ObjectType } from '../types.ts';
import { leadLink, stamps } from './shared-fields.ts';

export const contact: ObjectType = {
  name: 'contact',
  aliases: [],
  label: { one: 'contact', many: 'contacts' },
  table: 'contact',
  idPrefix: 'cont',
  titleField: 'name',
  bulkName: 'contact',
  path: 'contact',
  rootColumn: 'lead_id',
  customFieldOwner: 'contact',
  scopeFamily: 'contacts',
  fields: fieldsByName(
    { ...leadLink(), createsTargetWhenAbsent: true },
    field('name', 'text'),
    field('display_name', 'text', { column: 'name', writable: false }),
    field('title', 'text'),
    field('timezone', 'time_zone'),
    ...stamps,
    count('emails_count', 'contact_email', 'contact_id'),
    count('phones_count', 'contact_phone', 'contact_id'),
    count('urls_count', 'contact_url', 'contact_id'),
    constant('subscriptions', []),
    constant('recent_calls', []),
    constant('integration_links', []),
  ),
  embeds: [
    embed('emails', 'contact_email', 'contact_id'),
    embed('phones', 'contact_phone', 'contact_id'),
    embed('urls', 'contact_url', 'contact_id'),
  ],
};
