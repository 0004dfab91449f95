import { constant, expression, field, fieldsByName, lookup } from '../fields.ts';
import type { ObjectType } from '../types.ts';
import { ANNUALIZED, OPPORTUNITY_STATUS_TYPES, VALUE_PERIODS } from './opportunity-values.ts';
import { contactLink, leadLink, leadName, stamps, user, userName } from './shared-fields.ts';

/** `USD 1,234.50 monthly`: the currency by its code, which needs no table of symbols. */
const VALUE_FORMATTED = `case when {value} is not null then
  concat_ws(' ', {value_currency}, to_char({value} / 100.0, 'FM999,999,999,999,990.00'),
    case {value_period} when 'one_time' then null else {value_period} end) end`;

/** An opportunity is in the pipeline that its status is a stage of. */
const PIPELINE_NAME = `(select p.name from public.opportunity_status s join public.pipeline p on p.id = s.pipeline_id
  where s.id = {status_id} and s.organization_id = {organization_id} and p.organization_id = {organization_id})`;

export const opportunity: ObjectType = {
  name: 'opportunity',
  aliases: ['deal'],
  label: { one: 'opportunity', many: 'opportunities' },
  table: 'opportunity',
  idPrefix: 'oppo',
  titleField: 'lead_name',
  bulkName: 'opportunity',
  path: 'opportunity',
  rootColumn: 'lead_id',
  customFieldOwner: 'opportunity',
  scopeFamily: 'deals',
  fields: fieldsByName(
    leadLink(),
    leadName,
    contactLink,
    lookup(
      'contact_name',
      'text',
      { via: 'contact_id', table: 'contact', column: 'name' },
      { searchable: false },
    ),
    user('user_id'),
    userName('user_name', 'user_id'),
    lookup(
      'pipeline_id',
      'reference',
      { via: 'status_id', table: 'opportunity_status', column: 'pipeline_id' },
      { target: 'pipeline', referenceTypes: ['pipeline'] },
    ),
    expression('pipeline_name', 'text', PIPELINE_NAME, { searchable: true }),
    field('status_id', 'reference', {
      target: 'opportunity_status',
      referenceTypes: ['status.opportunity'],
      changeStamp: 'date_status_changed',
    }),
    lookup('status_label', 'text', { via: 'status_id', table: 'opportunity_status', column: 'label' }),
    lookup(
      'status_type',
      'choice',
      { via: 'status_id', table: 'opportunity_status', column: 'type' },
      { values: OPPORTUNITY_STATUS_TYPES },
    ),
    field('value', 'integer'),
    field('value_currency', 'text'),
    field('value_period', 'choice', { values: VALUE_PERIODS }),
    expression('value_formatted', 'text', VALUE_FORMATTED),
    expression('annualized_value', 'integer', ANNUALIZED),
    expression('expected_value', 'integer', `round({value} * coalesce({confidence}, 0) / 100.0)`),
    expression(
      'annualized_expected_value',
      'integer',
      `round(${ANNUALIZED} * coalesce({confidence}, 0) / 100.0)`,
    ),
    field('confidence', 'integer'),
    field('note', 'text'),
    constant('attachments', []),
    constant('is_stalled', false),
    constant('integration_links', []),
    field('date_won', 'date'),
    field('date_lost', 'date'),
    field('external_id', 'text'),
    ...stamps,
  ),
  embeds: [],
};
