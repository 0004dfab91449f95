import type { BulkDeleteStatus } from '@winnow/db';

/** Every legal change of status, a sentence each. A status without edges is final. */
export const TRANSITIONS: Readonly<
  Record<BulkDeleteStatus, Readonly<Partial<Record<BulkDeleteStatus, string>>>>
> = {
  created: {
    loading: 'A worker has begun to resolve the query.',
    paused: 'It was paused before a worker took it up.',
    cancelled: 'It was cancelled before a worker took it up: nothing was touched.',
    error: 'The query cannot be resolved.',
  },
  loading: {
    processing: 'The query is resolved: the ids stand in pages and the counts are known.',
    done: 'The query is resolved and matches nothing.',
    paused: 'It was paused while its query was being resolved, which is begun anew when it goes on.',
    cancelled: 'It was cancelled while its query was being resolved: nothing was touched.',
    error: 'The query cannot be resolved.',
  },
  processing: {
    done: 'The last page is finished.',
    paused: 'It was paused, and no page is in hand any more.',
    cancelled: 'It was cancelled, and no page is in hand any more: what is not processed was never touched.',
    error: 'The pages cannot be worked on, for a reason that no retry mends.',
  },
  paused: {
    resuming: 'Somebody said that it shall go on.',
    cancelled: 'It was cancelled while it was paused: what is not processed was never touched.',
    error: 'It was paused for longer than seven days.',
  },
  resuming: {
    processing: 'A worker has taken it up again.',
    loading: 'A worker has taken it up again; its query had not been resolved.',
    paused: 'It was paused again before a worker took it up.',
    cancelled: 'It was cancelled before a worker took it up again.',
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
