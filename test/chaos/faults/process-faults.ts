import type { Random } from '@winnow/seed';
import type { Post } from '../fleet.ts';
import { between, type Fault } from './fault.ts';

/** Longer than a page transaction may do nothing: a worker that is frozen for so long finds its page taken. */
const LONGEST_FREEZE_MS = 6000;

/** Breaks one of those that run. @returns false when none does. */
async function breakOne(
  posts: readonly Post[],
  random: Random,
  how: (post: Post) => Promise<void>,
): Promise<boolean> {
  const running = posts.filter(({ isRunning }) => isRunning);
  if (running.length === 0) return false;
  await how(random.pick(running));
  return true;
}

/** Ends, restarts and freezes of our own processes. */
export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: 'api killed (SIGKILL)',
    victim: 'apis',
    weight: 6,
    inject: ({ apis }, random) => breakOne(apis, random, (post) => post.replace('SIGKILL')),
  },
  {
    name: 'api told to stop (SIGTERM)',
    victim: 'apis',
    weight: 3,
    inject: ({ apis }, random) => breakOne(apis, random, (post) => post.replace('SIGTERM')),
  },
  {
    name: 'api frozen (SIGSTOP, SIGCONT)',
    victim: 'frozen',
    weight: 3,
    inject: ({ apis }, random) =>
      breakOne(apis, random, (post) => post.freeze(between(random, 500, LONGEST_FREEZE_MS))),
  },
  {
    name: 'worker killed (SIGKILL)',
    victim: 'workers',
    weight: 10,
    inject: ({ workers }, random) => breakOne(workers, random, (post) => post.replace('SIGKILL')),
  },
  {
    name: 'worker told to stop (SIGTERM)',
    victim: 'workers',
    weight: 5,
    inject: ({ workers }, random) => breakOne(workers, random, (post) => post.replace('SIGTERM')),
  },
  {
    name: 'worker frozen (SIGSTOP, SIGCONT)',
    victim: 'frozen',
    weight: 6,
    inject: ({ workers }, random) =>
      breakOne(workers, random, (post) => post.freeze(between(random, 500, LONGEST_FREEZE_MS))),
  },
  {
    name: 'all workers killed at once',
    victim: 'workers',
    weight: 2,
    async inject({ workers }) {
      await Promise.all(workers.map((worker) => worker.replace('SIGKILL')));
    },
  },
];
