import fc from 'fast-check';
import { demandCoverage, ENOUGH_RUNS } from './coverage.ts';
import { EXAMPLES } from './examples.ts';
import { runSchedule } from './run-schedule.ts';
import { describeStep, type Schedule, schedules } from './schedule.ts';
import type { Stage } from './stage.ts';

const MOST_SHRINKING_STEPS = 150;

export interface ScheduleRuns {
  /** How many random ones. */
  readonly runs: number;
  /** Any 32 bit number; the same one makes the same schedules. */
  readonly seed: number;
  /** The way to one of its schedules, as a failure prints it; then only that one is run. */
  readonly path?: string | undefined;
  /** Hears of each schedule that held, those that are always performed too. */
  readonly onRun?: (n: number) => void;
}

/**
 * Performs those schedules that are always performed, then random ones, one after the other. Of enough of them it demands
 * that everything has happened that can.
 * @throws Error with the smallest schedule found that fails, its seed, and how to run it again.
 */
export async function checkSchedules(stage: Stage, { runs, seed, path, onRun }: ScheduleRuns): Promise<void> {
  let n = 0;
  let hasFailed = false;
  const property = fc.asyncProperty(fc.limitShrink(schedules, MOST_SHRINKING_STEPS), async (schedule) => {
    n += 1;
    await runSchedule(stage, schedule).catch((error: unknown) => {
      // At once: making it smaller may take long, and whoever waits may not.
      if (!hasFailed)
        console.error(`Seed ${seed}, schedule ${n} fails and is made smaller. ${String(error)}`);
      hasFailed = true;
      throw error;
    });
    if (!hasFailed) onRun?.(n);
  });
  const details = await fc.check(property, {
    numRuns: EXAMPLES.length + runs,
    seed,
    examples: EXAMPLES.map((example): [Schedule] => [example]),
    ...(path === undefined ? {} : { path }),
  });
  if (!details.failed) {
    if (path === undefined && runs >= ENOUGH_RUNS) demandCoverage(stage.tally);
    return;
  }
  const [schedule] = details.counterexample ?? [];
  const error = details.errorInstance;
  throw new Error(
    [
      `Schedule ${details.numRuns} failed; made smaller ${details.numShrinks} times it is:`,
      ...(schedule ? describe(schedule) : []),
      error instanceof Error ? error.message : String(error),
      `Again: npm run fuzz -- schedules --seed ${details.seed} --path ${details.counterexamplePath ?? '0'}`,
    ].join('\n'),
    { cause: error },
  );
}

function describe({ sprouts, steps }: Schedule): readonly string[] {
  return [
    `  world: ${sprouts.map(({ table, links, type }) => `${table === 'activity' ? type : table}(${links.map((n) => n ?? '')})`).join(' ')}`,
    ...steps.map((step, n) => `  ${n + 1}. ${describeStep(step)}`),
  ];
}
