import type { BulkDeleteStatus } from '@winnow/db';

/** Every legal change of status, a sentence each. A status without edges is final. */
export const TRANSITIONS: Readonly<
  Record<BulkDeleteStatus, Readonly<Partial<Record<BulkDeleteStatus, string>>>>
> = {
  created: {
    loading: 'A worker has begun to resolve the query.',
    error: 'The query cannot be resolved.',
  },
  loading: {
    processing: 'The query is resolved: the ids stand in pages and the counts are known.',
    done: 'The query is resolved and matches nothing.',
    error: 'The query cannot be resolved.',
  },
  processing: {
    done: 'The last page is finished.',
    error: 'The pages cannot be worked on, for a reason that no retry mends.',
  },
  paused: {
    error: 'It was paused for longer than its objects can be kept frozen.',
  },
  resuming: {
    processing: 'A worker has taken it up again.',
    error: 'The pages cannot be worked on, for a reason that no retry mends.',
  },
  done: {},
  error: {},
  cancelled: {},
};

/** Statuses that never change again. */
export function isFinished(status: BulkDeleteStatus): boolean {
  return Object.keys(TRANSITIONS[status]).length === 0;
}
