import { constant, field, fieldsByName } from '../fields.ts';
import type { ObjectType } from '../types.ts';
import { contactLink, leadLink, leadName, opportunityLink, stamps, user, userName } from './shared-fields.ts';

export const task: ObjectType = {
  name: 'task',
  aliases: [],
  label: { one: 'task', many: 'tasks' },
  table: 'task',
  idPrefix: 'task',
  titleField: 'text',
  bulkName: 'task',
  path: 'task',
  rootColumn: 'lead_id',
  eventKind: '_type',
  fields: fieldsByName(
    field('_type', 'choice', {
      column: 'type',
      values: [
        'lead',
        'outgoing_call',
        'incoming_email',
        'email_followup',
        'missed_call',
        'voicemail',
        'opportunity_due',
        'incoming_sms',
        'answered_detached_call',
      ],
    }),
    leadLink(true),
    leadName,
    contactLink,
    opportunityLink,
    user('assigned_to'),
    userName('assigned_to_name', 'assigned_to'),
    field('text', 'text'),
    field('date', 'date'),
    field('due_date', 'date'),
    field('is_complete', 'boolean'),
    field('is_dateless', 'boolean'),
    field('priority', 'choice', { values: ['high', 'medium'] }),
    constant('object_type', null),
    constant('object_id', null),
    constant('view', null),
    ...stamps,
  ),
  embeds: [],
};
