import type { Records } from '../records.ts';
import type { OracleRow } from '../world.ts';
import { type ComputedRule, lastBy } from './rule.ts';

const STATUS_TYPES = ['active', 'won', 'lost'] as const;
const PERIODS = ['one_time', 'monthly', 'annual'] as const;

const statusOf = (row: OracleRow, records: Records) => records.byId('opportunity_status', row.status_id);
const hasType = (type: string) => (row: OracleRow, records: Records) => statusOf(row, records)?.type === type;
const hasPeriod = (period: string) => (row: OracleRow) => row.value_period === period;

/** Cents a year; a value that comes once counts once. */
const annualized = ({ value, value_period: period }: OracleRow): unknown =>
  typeof value === 'number' ? value * (period === 'monthly' ? 12 : 1) : null;

/** `avg_monthly_won_opportunity_value` and so on. */
const values: readonly (readonly [string, ComputedRule])[] = ['avg', 'max', 'min', 'total'].flatMap((name) =>
  [...PERIODS, 'annualized' as const].flatMap((measure) =>
    [null, ...STATUS_TYPES].map((type): readonly [string, ComputedRule] => [
      `lead.${name}_${measure}_${type === null ? '' : `${type}_`}opportunity_value`,
      {
        keeps: (row, records) =>
          (measure === 'annualized' || hasPeriod(measure)(row)) &&
          (type === null || hasType(type)(row, records)),
        takes: measure === 'annualized' ? annualized : (row) => row.value,
      },
    ]),
  ),
);

/** The newest that is active, or else the newest. */
function primaryOf(lead: OracleRow, records: Records): OracleRow | undefined {
  return lastBy(records.pointingAt('opportunity', 'lead_id', lead.id), (row) => [
    hasType('active')(row, records) ? '1' : '0',
    String(row.date_created),
    row.id,
  ]);
}

const ofPrimary = (take: (row: OracleRow, records: Records) => unknown): ComputedRule => ({
  value: (lead, records) => {
    const primary = primaryOf(lead, records);
    return primary && take(primary, records);
  },
});

export const OPPORTUNITY_RULES: Readonly<Record<string, ComputedRule>> = {
  ...Object.fromEntries(values),
  ...Object.fromEntries(
    STATUS_TYPES.map((type) => [`lead.num_${type}_opportunities`, { keeps: hasType(type) }]),
  ),
  ...Object.fromEntries(
    PERIODS.map((period) => [`lead.num_${period}_opportunities`, { keeps: hasPeriod(period) }]),
  ),
  'lead.primary_opportunity_value': ofPrimary(({ value }) => value),
  'lead.primary_opportunity_status': ofPrimary((row, records) => statusOf(row, records)?.label),
  'lead.primary_opportunity_status_type': ofPrimary((row, records) => statusOf(row, records)?.type),
  'lead.primary_opportunity_user_id': ofPrimary((row) => row.user_id),
  'lead.primary_opportunity_pipeline_id': ofPrimary((row, records) => statusOf(row, records)?.pipeline_id),
  'lead.primary_opportunity_date_won': ofPrimary((row) => row.date_won),
  'opportunity.pipeline_name': {
    value: (row, records) => records.byId('pipeline', statusOf(row, records)?.pipeline_id)?.name,
  },
};
