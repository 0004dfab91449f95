import type { BulkUndoStatus } from '@winnow/db';

/** Every legal change of status of an undo, a sentence each. A status without edges is final. */
export const UNDO_TRANSITIONS: Readonly<
  Record<BulkUndoStatus, Readonly<Partial<Record<BulkUndoStatus, string>>>>
> = {
  created: {
    processing: 'A worker has taken it up, and every table can be restored.',
    paused: 'It was paused before a worker took it up.',
    cancelled: 'It was cancelled before a worker took it up: nothing was restored.',
    error: 'A table cannot be restored: nothing was.',
  },
  processing: {
    done: 'The last page is finished.',
    paused: 'It was paused, and no page is in hand any more.',
    cancelled: 'It was cancelled, and no page is in hand any more: the rest is still in the archive.',
    error: 'The pages cannot be worked on, for a reason that no retry mends.',
  },
  paused: {
    resuming: 'Somebody said that it shall go on.',
    cancelled: 'It was cancelled while it was paused: the rest is still in the archive.',
  },
  resuming: {
    processing: 'A worker has taken it up again.',
    paused: 'It was paused again before a worker took it up.',
    cancelled: 'It was cancelled before a worker took it up again.',
    error: 'A table cannot be restored any more.',
  },
  done: {},
  error: {},
  cancelled: {},
};

/** Statuses that never change again. */
export function isUndoFinished(status: BulkUndoStatus): boolean {
  return Object.keys(UNDO_TRANSITIONS[status]).length === 0;
}
