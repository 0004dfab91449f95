import type { Frozen } from '../oracle/world.ts';

/** What the rows of an organization are made from. */
export interface Facts {
  readonly organizationId: string;
  readonly frozen: Pick<Frozen, 'now' | 'tzOffsetMinutes'>;
  readonly users: readonly string[];
  /** Ids of the rows that there will be, by table. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
}
