import type { IQueueBackend } from 'bullmq';
import { pause } from './deadline.ts';

/** Between two tries to fetch a job while the queue refuses. */
const FETCH_RETRY_PAUSE_MS = 500;

/**
 * BullMQ fetches again at once when a fetch fails with anything but a refused connection: a database that is starting up,
 * a standby, tables that are missing. That is a loop at full speed, and with an error that is remembered one that
 * never gives the event loop back. So a failed fetch takes its time here, and tells its worker how it went.
 * @param watch.onFetch called after each fetch that the queue answered.
 */
export function watchFetches<B extends IQueueBackend>(
  backend: B,
  watch: { readonly onFetch: () => void; readonly signal: AbortSignal },
): B {
  const fetch = backend.moveToActive.bind(backend);
  backend.moveToActive = async (...request) => {
    try {
      const answer = await fetch(...request);
      watch.onFetch();
      return answer;
    } catch (error) {
      await pause(FETCH_RETRY_PAUSE_MS, watch.signal);
      throw error;
    }
  };
  return backend;
}
