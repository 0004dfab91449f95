import type { Cast } from './cast.ts';
import { hasEnded } from './job.ts';
import type { Model } from './model.ts';
import type { Observer } from './observe.ts';
import type { Step } from './schedule.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

/** A schedule that is being performed. */
export interface Performance {
  readonly stage: Stage;
  readonly model: Model;
  readonly observer: Observer;
  readonly cast: Cast;
  /** The world as it was at first. */
  readonly before: World;
}

/** Mostly one that has not ended: with the others there is little to see. */
export function pickOne({ model }: Performance, pick: number): string | undefined {
  const all = [...model.jobs.values(), ...model.undos.values()];
  const open = all.filter((one) => !hasEnded(one));
  return choose(pick % 5 === 0 || open.length === 0 ? all : open, pick)?.id;
}

export function choose<T>(among: readonly T[], n: number): T | undefined {
  return among[n % Math.max(among.length, 1)];
}

export type StepTo<Do extends Step['do']> = Extract<Step, { readonly do: Do }>;
