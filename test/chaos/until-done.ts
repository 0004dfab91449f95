import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 200;
/** Long: how soon work is done while everything is broken is no promise, only that it is. */
const GIVE_UP_MS = 600_000;

/**
 * Does what a server that is being broken may refuse, until it is done. What is done must bear being done twice.
 * @throws the last error after ten minutes.
 */
export async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(PAUSE_MS);
    }
  }
}
