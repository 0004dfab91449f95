import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 25;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Waits until a condition holds, generously: a slow machine must not fail a test.
 * @param check anything but false, null and undefined ends the wait; an error counts as "not yet".
 * @returns what `check` returned.
 * @throws after `timeoutMs`, naming `what` and the last error.
 */
export async function waitFor<T>(
  check: () => T | Promise<T>,
  {
    timeoutMs = DEFAULT_TIMEOUT_MS,
    pollMs = POLL_MS,
    what,
  }: { readonly timeoutMs?: number; readonly pollMs?: number; readonly what: string },
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  do {
    try {
      const value = await check();
      if (holds(value)) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await pause(pollMs);
  } while (performance.now() < deadline);
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, { cause: lastError });
}

function holds<T>(value: T): value is Exclude<T, false | null | undefined> {
  return value !== false && value !== null && value !== undefined;
}
