import type { Json } from './witness.ts';

/** What somebody asked to be deleted. */
export interface Request {
  readonly organizationId: string;
  readonly objectType: string;
  /** All of the type; those of this name; these, there or not; or what another one left. */
  readonly targets:
    | { readonly kind: 'all' }
    | { readonly kind: 'named'; readonly name: string }
    | { readonly kind: 'ids'; readonly ids: readonly string[] }
    | { readonly kind: 'left'; readonly parentId: string };
  readonly limit: number | null;
  readonly archives: boolean;
  readonly maxFailures: number | null;
}

export type Outcome = 'deleted' | 'not_found' | 'failed';

/** A bulk delete as the model knows it. */
export interface Job {
  readonly id: string;
  readonly request: Request;
  /** In the order of the set; null until the query is resolved. */
  frozen: readonly string[] | null;
  readonly outcomes: Map<string, Outcome>;
  readonly counts: Record<string, number>;
  /** As it was last written. */
  row: Json;
}

export interface Undo {
  readonly id: string;
  readonly jobId: string;
  readonly nObjects: number;
  readonly counts: Record<string, number>;
  readonly conflicts: Set<string>;
  nFailed: number;
  nLinksFailed: number;
  nLinksRestored: number;
  row: Json;
}

export const ENDED: readonly string[] = ['done', 'error', 'cancelled'];

export function hasEnded({ row }: { readonly row: Json }): boolean {
  return ENDED.includes(String(row.status));
}
