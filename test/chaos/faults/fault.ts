import type { Random } from '@winnow/seed';
import type { Stack } from '../stack.ts';

/** What a fault is done to: while it is broken, no other fault is done to it. Who is frozen may also be ended. */
export type Victim = 'apis' | 'workers' | 'frozen' | 'redis' | 'postgres' | 'network' | 'rows' | 'receiver';

/** Something that goes wrong and is well again after a while. */
export interface Fault {
  /** As the table of the report has it. */
  readonly name: string;
  readonly victim: Victim;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  /** @param random what it chooses by. @returns when all is well again; false when there was nothing to break. */
  readonly inject: (stack: Stack, random: Random) => Promise<unknown>;
}

/** From `least` up to `most`. */
export function between(random: Random, least: number, most: number): number {
  return least + random.below(most - least + 1);
}
