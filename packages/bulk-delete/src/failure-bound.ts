import type { BulkDeleteRow, JsonObject, NewBulkDelete } from '@winnow/db';

/** How many objects of a bulk delete may fail: so many, or so many percent of those processed once there are enough. */
export type MaxFailures =
  | { readonly kind: 'number'; readonly most: number }
  | {
      readonly kind: 'percent';
      /** From 0 to 100. */
      readonly percent: number;
      /** Fewer processed objects than this say nothing: one failure among the first two would be 50 %. */
      readonly after: number;
    };

/** The bound as it is kept. */
export function columnsOfMaxFailures(
  bound: MaxFailures | null,
): Pick<NewBulkDelete, 'max_failures' | 'max_failure_percent' | 'max_failures_after'> {
  return {
    max_failures: bound?.kind === 'number' ? bound.most : null,
    max_failure_percent: bound?.kind === 'percent' ? bound.percent : null,
    max_failures_after: bound?.kind === 'percent' ? bound.after : null,
  };
}

/** The same backwards; null when all may fail. */
export function maxFailuresOf(row: BulkDeleteRow): MaxFailures | null {
  if (row.max_failures !== null) return { kind: 'number', most: row.max_failures };
  if (row.max_failure_percent === null || row.max_failures_after === null) return null;
  return { kind: 'percent', percent: Number(row.max_failure_percent), after: row.max_failures_after };
}

/** As the body of a POST has it. */
export function presentMaxFailures(bound: MaxFailures | null): number | JsonObject | null {
  if (bound === null) return null;
  return bound.kind === 'number' ? bound.most : { percent: bound.percent, after: bound.after };
}

/** Why a bulk delete stops that has gone past its bound: a sentence with both numbers. */
export function sayPastMaxFailures(bound: MaxFailures, { nFailed, nProcessed, label }: FailedCount): string {
  const failed = `${nFailed} ${nFailed === 1 ? label.one : label.many} could not be deleted`;
  const said =
    bound.kind === 'number'
      ? `${failed}, and max_failures is ${bound.most}.`
      : `${failed} of ${nProcessed} processed, and max_failures is ${bound.percent} % of at least ${bound.after}.`;
  return `${said} What had not been processed was never touched.`;
}

/** How many have failed by now. */
export interface FailedCount {
  readonly nFailed: number;
  readonly nProcessed: number;
  readonly label: { readonly one: string; readonly many: string };
}
