import type { JsonObject } from '@winnow/db';
import { ApiFailure } from '../client/api-failure.ts';

const LOOK_EVERY_MS = 500;
/** Whatever an API asks for: whoever watches wants to see that it is back. */
const LONGEST_WAIT_MS = 30_000;

/** Looks again and again through times in which the API does not answer. */
export interface PatientLook {
  /** Whether the last look was in vain. */
  readonly isAway: boolean;
  /** How long to wait before the next look. */
  readonly waitMs: number;
  /** @returns what is there; undefined when the API does not answer for now. @throws ApiFailure that waiting does not mend. */
  look(): Promise<JsonObject | undefined>;
}

/** @param say is told once that the API does not answer and why, and once that it does again. */
export function createPatientLook(get: () => Promise<JsonObject>, say: (text: string) => void): PatientLook {
  let isAway = false;
  let everyMs = LOOK_EVERY_MS;
  let waitMs = everyMs;
  return {
    get isAway() {
      return isAway;
    },
    get waitMs() {
      return waitMs;
    },
    async look() {
      try {
        const found = await get();
        if (isAway) say('The API answers again.');
        isAway = false;
        waitMs = everyMs;
        return found;
      } catch (error) {
        if (!(error instanceof ApiFailure && error.circumstances.isPassing)) throw error;
        const { reason, isTooOften, retryAfterMs } = error.circumstances;
        if (!isAway) say(`The API does not answer for now (${reason}). Watching goes on until it does.`);
        isAway = true;
        // Our own pace may be what is too much, and would be again the moment it answers.
        if (isTooOften) everyMs = Math.min(everyMs * 2, LONGEST_WAIT_MS);
        waitMs = Math.min(Math.max(everyMs, retryAfterMs), LONGEST_WAIT_MS);
        return undefined;
      }
    },
  };
}
