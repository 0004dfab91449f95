import { CHECKPOINTS } from './checkpoints.ts';
import { demand } from './demand.ts';

/** So many random schedules miss nothing of what is demanded. */
export const ENOUGH_RUNS = 200;

/** Ways in which a process is stopped at a checkpoint. */
const INTERRUPTIONS = ['held', 'killed', 'cut off', 'terminated'];

/** What must have happened, and how often at least, whatever the seed. */
const OCCURRENCES: Readonly<Record<string, number>> = {
  'bulk delete done': 50,
  'bulk delete cancelled': 10,
  'bulk delete error': 1,
  'undo done without conflicts': 5,
  'undo done with conflicts': 1,
  'accepted paused': 20,
  'accepted resuming': 5,
  'accepted cancelled': 10,
  'accepted retry': 1,
  'delivered again': 5,
  'rings lost': 5,
  restart: 20,
  deleted: 50,
  failed: 5,
  not_found: 5,
};
/** Of each checkpoint, and of each way to stop there over all of them. */
const TIMES_REACHED = 2;
const TIMES_INTERRUPTED = 6;

/**
 * Demands of what has happened in so many schedules that nothing is missing: a statement that is no longer recognized,
 * for one, would let nobody ever stop at its checkpoint, and everything would hold.
 * @throws Error with all that came too seldom.
 */
export function demandCoverage(tally: ReadonlyMap<string, number>): void {
  const times = (is: (what: string) => boolean) =>
    [...tally].reduce((sum, [what, n]) => (is(what) ? sum + n : sum), 0);
  const wanted = [
    ...CHECKPOINTS.map(({ name }) => ({
      what: name,
      least: TIMES_REACHED,
      n: times((one) => INTERRUPTIONS.some((interruption) => one === `${interruption} ${name}`)),
    })),
    ...INTERRUPTIONS.map((interruption) => ({
      what: interruption,
      least: TIMES_INTERRUPTED,
      n: times((one) => CHECKPOINTS.some(({ name }) => one === `${interruption} ${name}`)),
    })),
    ...Object.entries(OCCURRENCES).map(([what, least]) => ({ what, least, n: tally.get(what) ?? 0 })),
  ];
  const missing = wanted.filter(({ n, least }) => n < least);
  demand(
    missing.length === 0,
    `Too seldom: ${missing.map(({ what, n, least }) => `${what} (${n} times, not ${least})`).join('; ')}`,
  );
}
