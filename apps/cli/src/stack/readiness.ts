import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandFailure } from '../command-failure.ts';

const LOOK_EVERY_MS = 50;
export const PROBE_TIMEOUT_MS = 5000;
/** A cold start compiles every file once. */
export const READY_TIMEOUT_MS = 60_000;

/** Waits until the API says that it can serve. @throws CommandFailure after a minute, or the signal's reason. */
export function waitForApi(url: string, signal: AbortSignal): Promise<void> {
  return waitUntil(() => answers(`${url}/health/ready`), signal, `The API at ${url}`);
}

/**
 * Waits until the worker has begun to work, which it shows by its heartbeat: a log line may be hidden by LOG_LEVEL.
 * @throws CommandFailure after a minute, or the signal's reason.
 */
export function waitForWorker(heartbeatFile: string, signal: AbortSignal): Promise<void> {
  const exists = (): Promise<boolean> =>
    stat(heartbeatFile).then(
      () => true,
      () => false,
    );
  return waitUntil(exists, signal, 'The worker');
}

async function waitUntil(isReady: () => Promise<boolean>, signal: AbortSignal, what: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (await isReady()) return;
    await pause(LOOK_EVERY_MS);
  }
  throw new CommandFailure(`${what} did not become ready within ${READY_TIMEOUT_MS / 1000} seconds.`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
