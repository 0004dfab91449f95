import type { QueueBackend } from '../support/queue-backends.ts';

/** What a run is told. The same seed gives the same faults in the same order, and clients the same intentions. */
export interface ChaosOptions {
  readonly queue: QueueBackend;
  readonly seed: number;
  /** How long faults are injected at least; finishing and comparing come on top. Seconds. */
  readonly seconds: number;
}

/** Numbers of a run that say how much is going on at once. */
export const SCALE = {
  apis: 2,
  workers: 3,
  organizations: 3,
  clientsPerOrganization: 3,
  /** Leads of an organization that nobody ever asks to delete. */
  keptLeads: 50,
} as const;
