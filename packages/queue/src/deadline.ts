import { setTimeout as sleep } from 'node:timers/promises';

/** The queue did not answer in time. The work may still be done later: nobody waits for it any more. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * Waits for work, but no longer than `ms`.
 * A late failure of the work is ignored: it must not become an unhandled rejection.
 * @throws DeadlineError after `ms`; whatever the work threw before that.
 */
export async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const timer = new AbortController();
  const deadline = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new DeadlineError(what, ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    timer.abort();
  }
}

/** Waits `ms`, or until the signal fires, whichever is first. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // Only an abort can reject it, and an abort is why this function exists.
  }
}
