import { aggregate } from '../../fields.ts';
import type { Field } from '../../types.ts';
import { ANNUALIZED, hasStatusType, OPPORTUNITY_STATUS_TYPES, VALUE_PERIODS } from '../opportunity-values.ts';

const FUNCTIONS = { avg: 'avg', max: 'max', min: 'min', total: 'sum' } as const;
type FunctionName = keyof typeof FUNCTIONS;

/** Which values are taken: those of a period as they are, or all of them by the year. */
const MEASURES: readonly { readonly name: string; readonly value: string; readonly where?: string }[] = [
  ...VALUE_PERIODS.map((period) => ({
    name: period,
    value: '{value}',
    where: `{value_period} = '${period}'`,
  })),
  { name: 'annualized', value: ANNUALIZED },
];

const STATUSES: readonly { readonly prefix: string; readonly where?: string }[] = [
  { prefix: '' },
  ...OPPORTUNITY_STATUS_TYPES.map((type) => ({ prefix: `${type}_`, where: hasStatusType(type) })),
];

/**
 * `avg_annual_opportunity_value`, `total_monthly_won_opportunity_value` and so on: every function over every measure
 * of all opportunities, or of those whose status is of one type. Cents; null where no such opportunity has a value.
 */
export const opportunityValueFields: readonly Field[] = Object.keys(FUNCTIONS).flatMap((name) =>
  MEASURES.flatMap((measure) =>
    STATUSES.map((status) => {
      const where = [measure.where, status.where].filter((condition) => condition !== undefined);
      return aggregate(
        `${name}_${measure.name}_${status.prefix}opportunity_value`,
        name === 'avg' ? 'number' : 'integer',
        {
          table: 'opportunity',
          column: 'lead_id',
          function: FUNCTIONS[name as FunctionName],
          value: measure.value,
          ...(where.length > 0 && { where: where.join(' and ') }),
        },
      );
    }),
  ),
);
