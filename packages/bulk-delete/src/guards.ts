import type { ObjectType } from '@winnow/catalog';
import { BulkDeleteError } from './errors.ts';

/** Bounds that a client sets on what a query may turn out to take. Null: no such bound. */
export interface Guards {
  /** How many objects the client has been shown, or knows of. */
  readonly expectedCount: number | null;
  /** How far the number may be off, in percent of `expectedCount`, up or down. */
  readonly maxDriftPercent: number | null;
  readonly maxDeletes: number | null;
}

/** Digits after the point that a percentage keeps. */
const PERCENT_SCALE = 1_000_000;

/**
 * The guards of a request with what a preview adds: its exact count is expected unless the client says otherwise,
 * and no drift is tolerated unless the client says how much.
 * @throws BulkDeleteError for a drift from nothing: it would look like a guard and be none.
 */
export function completeGuards(asked: Guards, previewed: number | null): Guards {
  const expectedCount = asked.expectedCount ?? previewed;
  if (expectedCount === null && asked.maxDriftPercent !== null) {
    throw new BulkDeleteError(
      'BULK_DELETE_DRIFT_FROM_NOTHING',
      'max_drift_percent',
      'Only means something beside expected_count, or with the preview_token of a dry run that counted exactly.',
    );
  }
  return {
    ...asked,
    expectedCount,
    maxDriftPercent: expectedCount === null ? null : (asked.maxDriftPercent ?? 0),
  };
}

/** What a resolved query is held against. */
export interface GuardedCount {
  readonly nObjects: number;
  readonly resultsLimit: number | null;
  readonly label: ObjectType['label'];
}

/** A sentence with both numbers when a guard forbids to go on; undefined when all is well. */
export function findBreach(guards: Guards, counted: GuardedCount): string | undefined {
  const { expectedCount, maxDeletes } = guards;
  if (expectedCount !== null && isTooFar(counted.nObjects, expectedCount, guards.maxDriftPercent ?? 0)) {
    const drift = `drift of at most ${guards.maxDriftPercent ?? 0} % is tolerated`;
    return `${sayCount(counted)}, and expected_count is ${expectedCount} (${drift}). Nothing was deleted.`;
  }
  if (maxDeletes !== null && counted.nObjects > maxDeletes) {
    return `${sayCount(counted)}, and max_deletes is ${maxDeletes}. Nothing was deleted.`;
  }
  return undefined;
}

function sayCount({ nObjects, resultsLimit, label }: GuardedCount): string {
  const objects = `${nObjects} ${nObjects === 1 ? label.one : label.many}`;
  return resultsLimit === null
    ? `The query matches ${objects} now`
    : `The query takes ${objects} now, with its results_limit of ${resultsLimit}`;
}

/** In integers: at the boundary a double would decide by its last bit whether records are deleted. */
function isTooFar(found: number, expected: number, driftPercent: number): boolean {
  const drift = BigInt(Math.abs(found - expected)) * 100n * BigInt(PERCENT_SCALE);
  return drift > BigInt(expected) * BigInt(Math.round(driftPercent * PERCENT_SCALE));
}
