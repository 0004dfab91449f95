import { checkSchedules } from '../support/schedules/check-schedules.ts';
import { EXAMPLES } from '../support/schedules/examples.ts';
import { openStage } from '../support/schedules/stage.ts';

const PROGRESS_RUNS = 100;

/**
 * Performs random schedules of requests, turns, crashes and changes by others against the model.
 * @param path the way to one schedule of the seed; without it so many are run.
 * @throws Error at the first that fails, made smaller, with how to run it again.
 */
export async function fuzzSchedules(
  url: string,
  { runs, seed, path }: { readonly runs: number; readonly seed: number; readonly path?: string | undefined },
): Promise<void> {
  console.log(`${runs} schedules. To replay: npm run fuzz -- schedules --runs ${runs} --seed ${seed}`);
  const stage = await openStage(url);
  const began = performance.now();
  try {
    await checkSchedules(stage, {
      runs,
      seed,
      path,
      onRun(n) {
        if (n % PROGRESS_RUNS !== 0 && n < runs + EXAMPLES.length) return;
        console.log(`${n} schedules hold, ${Math.round((performance.now() - began) / 1000)} s`);
      },
    });
  } finally {
    // Also when something came too seldom.
    const tally = [...stage.tally].sort(([a], [b]) => (a < b ? -1 : 1));
    console.log(tally.map(([what, times]) => `${times} x ${what}`).join('\n'));
    await stage.close();
  }
}
