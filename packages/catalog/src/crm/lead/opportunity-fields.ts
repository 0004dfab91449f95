import { aggregate, count, first } from '../../fields.ts';
import type { Field, FirstSource } from '../../types.ts';
import { hasStatusType, OPPORTUNITY_STATUS_TYPES, VALUE_PERIODS } from '../opportunity-values.ts';
import { firstUser } from '../shared-fields.ts';

const countOpportunities = (name: string, where?: string): Field =>
  count(name, 'opportunity', 'lead_id', where === undefined ? {} : { where });

/** A value of the opportunity that counts most: the newest that is active, or else the newest. */
const ofPrimary = (value: string): Omit<FirstSource, 'from'> => ({
  table: 'opportunity',
  column: 'lead_id',
  value,
  orderBy: `${hasStatusType('active')} desc, {date_created} desc, {id} desc`,
});

const ofStatus = (column: 'label' | 'type' | 'pipeline_id'): string =>
  `(select s.${column} from public.opportunity_status s
    where s.id = {status_id} and s.organization_id = {organization_id})`;

/** How many opportunities a lead has, and the one that counts most. */
export const opportunityFields: readonly Field[] = [
  countOpportunities('num_opportunities'),
  ...OPPORTUNITY_STATUS_TYPES.map((type) =>
    countOpportunities(`num_${type}_opportunities`, hasStatusType(type)),
  ),
  ...VALUE_PERIODS.map((period) =>
    countOpportunities(`num_${period}_opportunities`, `{value_period} = '${period}'`),
  ),
  aggregate('last_opportunity_status_change_date', 'moment', {
    table: 'opportunity',
    column: 'lead_id',
    function: 'max',
    value: '{date_status_changed}',
  }),
  // Cents, as it is stored.
  first('primary_opportunity_value', 'integer', ofPrimary('{value}')),
  // The label.
  first('primary_opportunity_status', 'text', ofPrimary(ofStatus('label'))),
  first('primary_opportunity_status_type', 'choice', ofPrimary(ofStatus('type')), {
    values: OPPORTUNITY_STATUS_TYPES,
  }),
  firstUser('primary_opportunity_user_id', ofPrimary('{user_id}')),
  first('primary_opportunity_pipeline_id', 'reference', ofPrimary(ofStatus('pipeline_id')), {
    target: 'pipeline',
    referenceTypes: ['pipeline'],
  }),
  first('primary_opportunity_date_won', 'date', ofPrimary('{date_won}')),
];
