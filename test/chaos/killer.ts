import { setTimeout as pause } from 'node:timers/promises';
import { createRandom, type Random } from '@winnow/seed';
import type { Differences } from './differences.ts';
import { between, type Fault, type Victim } from './faults/fault.ts';
import { POSTGRES_FAULTS } from './faults/postgres-faults.ts';
import { PROCESS_FAULTS } from './faults/process-faults.ts';
import { REDIS_FAULTS } from './faults/redis-faults.ts';
import { ROW_FAULTS } from './faults/row-faults.ts';
import type { Stack } from './stack.ts';

const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1500;
/** Of all the streams of a seed, this one. */
const STREAM = 1;

/** One after the other the seed chooses a fault; faults of different victims may come together. */
export interface Killer {
  /** How often each fault was injected. */
  readonly counts: ReadonlyMap<string, number>;
  /** Every fault in its order, with when it began and how long it took to be well again. Milliseconds. */
  readonly history: readonly Injection[];
  /** Injects nothing more. @returns when everything that was broken is whole again. */
  stop(): Promise<void>;
}

/** One fault that was injected. */
export interface Injection {
  readonly fault: string;
  readonly at: number;
  readonly took: number;
}

/** Begins to break things. */
export function startKiller(stack: Stack, seed: number, differences: Differences): Killer {
  const random = createRandom(seed, STREAM);
  const faults = [
    ...PROCESS_FAULTS,
    ...POSTGRES_FAULTS,
    ...ROW_FAULTS,
    ...(stack.redis === null ? [] : REDIS_FAULTS),
  ];
  const counts = new Map<string, number>(faults.map(({ name }) => [name, 0]));
  const stopping = new AbortController();
  const { signal } = stopping;
  const history: Injection[] = [];
  const began = performance.now();
  const atWork = new Map<Victim, Promise<void>>();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = between(random, SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS);
      const fault = choose(faults, random);
      // A stream of its own: how often a fault asks must not change which one comes next.
      const own = createRandom(random.bits(), STREAM);
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      if (atWork.has(fault.victim)) continue;
      const injecting = inject(fault, own).finally(() => atWork.delete(fault.victim));
      atWork.set(fault.victim, injecting);
    }
  }

  async function inject(fault: Fault, own: Random): Promise<void> {
    const at = performance.now() - began;
    try {
      if ((await fault.inject(stack, own)) === false) return;
      counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
      history.push({ fault: fault.name, at, took: performance.now() - began - at });
    } catch (error) {
      differences.add('a fault can be injected and mended', { fault: fault.name, error: String(error) });
    }
  }

  const running = run();
  return {
    counts,
    history,
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(atWork.values());
      await Promise.all([...stack.apis, ...stack.workers].map((post) => post.ready()));
    },
  };
}

function choose(faults: readonly Fault[], random: Random): Fault {
  let left = random.below(faults.reduce((sum, { weight }) => sum + weight, 0));
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  throw new Error('there is no fault to choose from');
}
