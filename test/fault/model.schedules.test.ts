import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { createDatabase } from '../support/index.ts';
import { checkSchedules } from '../support/schedules/check-schedules.ts';
import { ENOUGH_RUNS } from '../support/schedules/coverage.ts';
import { EXAMPLES } from '../support/schedules/examples.ts';
import { openStage } from '../support/schedules/stage.ts';

const LARGEST_SEED = 2 ** 31;
const TIMEOUT_MS = 20 * 60_000;

it(
  'Whatever is asked, breaks or is changed by others, and in whatever order: everything is as the model says, and everything has happened that can.',
  async () => {
    const { url } = await createDatabase();
    const stage = await openStage(url);
    try {
      let held = 0;
      await checkSchedules(stage, {
        runs: ENOUGH_RUNS,
        seed: randomInt(LARGEST_SEED),
        onRun: () => (held += 1),
      });
      expect(held).toBe(EXAMPLES.length + ENOUGH_RUNS);
    } finally {
      await stage.close();
    }
  },
  TIMEOUT_MS,
);
