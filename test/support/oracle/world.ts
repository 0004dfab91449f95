import type { Catalog, CustomField } from '@winnow/catalog';
import type { QueryNode } from '@winnow/query';

/** A row as it is stored: ids, days and moments as text (moments in ISO 8601), numbers, booleans, JSON as it is. */
export type OracleRow = Readonly<Record<string, unknown>> & { readonly id: string };

/** All that a query can look at. */
export interface World {
  readonly catalog: Catalog;
  /** Rows of every organization by table. */
  readonly tables: ReadonlyMap<string, readonly OracleRow[]>;
  /** By plain UUID. */
  readonly customFields: ReadonlyMap<string, CustomField>;
  /** By plain UUID. */
  readonly savedSearches: ReadonlyMap<string, QueryNode>;
}

/** What a query means is frozen with it: who asks, and what "now" and "local" are. */
export interface Frozen {
  readonly organizationId: string;
  readonly userId: string;
  readonly now: Date;
  /** Minutes east of UTC. */
  readonly tzOffsetMinutes: number;
}
