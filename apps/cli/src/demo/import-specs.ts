import type { ImportSpec } from '../import/spec.ts';

const NOTHING = {
  link: [],
  set: [],
  when: [],
  dateFormat: new Map(),
  scale: new Map(),
  type: new Map(),
} as const;

/** `accounts.csv`: each account is a lead; the pipeline names accounts by their name. */
export const ACCOUNTS_SPEC: ImportSpec = {
  ...NOTHING,
  object: 'lead',
  map: [
    { column: 'account', field: 'name' },
    { column: 'account', field: 'external_id' },
    { column: 'sector', field: 'custom.Sector' },
    { column: 'year_established', field: 'custom.Founded' },
    { column: 'revenue', field: 'custom.Revenue' },
    { column: 'employees', field: 'custom.Employees' },
    { column: 'office_location', field: 'custom.Office' },
    { column: 'subsidiary_of', field: 'custom.Parent company' },
  ],
  type: new Map([
    ['year_established', 'number'],
    ['revenue', 'number'],
    ['employees', 'number'],
  ]),
  createMissing: true,
};

/** `sales_pipeline.csv`: each row is an opportunity, of a lead or of none. Its stages become statuses. */
export const PIPELINE_SPEC: ImportSpec = {
  ...NOTHING,
  object: 'opportunity',
  map: [
    { column: 'opportunity_id', field: 'external_id' },
    { column: 'sales_agent', field: 'custom.Agent' },
    { column: 'product', field: 'custom.Product' },
    { column: 'engage_date', field: 'custom.Engaged' },
    { column: 'close_date', field: 'date_won' },
    { column: 'close_date', field: 'date_lost' },
    { column: 'close_value', field: 'value' },
  ],
  link: [
    { column: 'account', field: 'lead_id', key: 'external_id' },
    { column: 'deal_stage', field: 'status_id', key: 'label' },
  ],
  set: [{ field: 'value_currency', value: 'USD' }],
  when: [
    { field: 'date_won', column: 'deal_stage', value: 'Won' },
    { field: 'date_lost', column: 'deal_stage', value: 'Lost' },
  ],
  dateFormat: new Map([
    ['engage_date', 'M/D/YYYY'],
    ['close_date', 'M/D/YYYY'],
  ]),
  // Dollars in the file, cents in the field.
  scale: new Map([['close_value', 100]]),
  type: new Map([['engage_date', 'date']]),
  createMissing: true,
};
