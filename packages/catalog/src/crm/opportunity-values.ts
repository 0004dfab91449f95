/** What an opportunity's status says of it. */
export const OPPORTUNITY_STATUS_TYPES = ['active', 'won', 'lost'] as const;
export type OpportunityStatusType = (typeof OPPORTUNITY_STATUS_TYPES)[number];

export const VALUE_PERIODS = ['one_time', 'monthly', 'annual'] as const;

/** SQL over an opportunity: cents a year; a value that comes once counts once (reference, section 6). */
export const ANNUALIZED = `({value} * case {value_period} when 'monthly' then 12 else 1 end)`;

/** SQL over an opportunity: whether its status is of this type. Never null. */
export function hasStatusType(type: OpportunityStatusType): string {
  return `exists (select from public.opportunity_status s
    where s.id = {status_id} and s.organization_id = {organization_id} and s.type = '${type}')`;
}
