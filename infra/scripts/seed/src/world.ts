import type { ChildRates } from './child-rates.ts';
import type { IdSequence } from './id-sequence.ts';
import type { Past } from './past.ts';

/** What every row of one seed run refers to. UUIDs are 16 bytes. */
export interface World {
  readonly seed: number;
  /** How many leads the whole run makes: the first is the oldest, the last is from yesterday. */
  readonly leads: number;
  readonly organization: Uint8Array;
  readonly user: Uint8Array;
  readonly leadStatuses: readonly Uint8Array[];
  readonly opportunityStatuses: readonly OpportunityStatus[];
  readonly rates: ChildRates;
  readonly past: Past;
  /** Shared by all chunks, so that ids ascend over the whole run. */
  readonly ids: IdSequence;
}

export interface OpportunityStatus {
  readonly id: Uint8Array;
  readonly type: 'active' | 'won' | 'lost';
}

/** Statuses of a seeded organization, each as often as its weight says. */
export const LEAD_STATUSES: readonly { readonly label: string; readonly weight: number }[] = [
  { label: 'Potential', weight: 8 },
  { label: 'Interested', weight: 4 },
  { label: 'Qualified', weight: 3 },
  { label: 'Customer', weight: 3 },
  { label: 'Bad Fit', weight: 4 },
  { label: 'Not Interested', weight: 6 },
  { label: 'Canceled', weight: 2 },
];

export const OPPORTUNITY_STATUSES: readonly {
  readonly label: string;
  readonly type: OpportunityStatus['type'];
  readonly weight: number;
  /** Name of the pipeline that it is a stage of. */
  readonly pipeline: string;
}[] = [
  { label: 'Prospecting', type: 'active', weight: 2, pipeline: 'New business' },
  { label: 'Engaging', type: 'active', weight: 4, pipeline: 'New business' },
  { label: 'Won', type: 'won', weight: 5, pipeline: 'New business' },
  { label: 'Lost', type: 'lost', weight: 6, pipeline: 'New business' },
  { label: 'Renewal due', type: 'active', weight: 1, pipeline: 'Renewals' },
  { label: 'Renewed', type: 'won', weight: 2, pipeline: 'Renewals' },
  { label: 'Churned', type: 'lost', weight: 1, pipeline: 'Renewals' },
];
