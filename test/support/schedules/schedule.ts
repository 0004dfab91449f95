import type { Control } from '@winnow/bulk-delete';
import fc from 'fast-check';
import { familiesOf, type Sprout } from '../random-families.ts';
import { CHECKPOINTS } from './checkpoints.ts';
import type { Amount } from './engine-process.ts';

/** What is done to a process that has come to a checkpoint: it waits there, or its process or connections end. */
export type Interruption = 'held' | 'killed' | 'cut off' | 'terminated';

export interface Stop {
  /** Any number: which checkpoint. */
  readonly at: number;
  readonly interruption: Interruption;
}

/** Numbers choose among what is there then; `process` is 0 or 1. */
export type Step =
  | {
      readonly do: 'create';
      readonly objectType: string;
      readonly targets: 'all' | 'named' | 'ids';
      readonly picks: readonly number[];
      readonly limit: number | null;
      readonly archives: boolean;
      readonly maxFailures: number | null;
      readonly process: number;
      readonly stop: Stop | null;
    }
  | {
      readonly do: 'work';
      readonly process: number;
      readonly pick: number;
      /** What somebody rang for, or anything: a ring may come twice, and late. */
      readonly rungFor: boolean;
      readonly amount: Amount;
      readonly stop: Stop | null;
    }
  | { readonly do: 'work at once'; readonly picks: readonly [number, number] }
  | { readonly do: 'go on' }
  | { readonly do: 'interrupt'; readonly process: number; readonly interruption: Interruption }
  | {
      readonly do: 'control';
      readonly pick: number;
      readonly wanted: Control /** What becomes of who has it in hand: goes on when it is asked, when there is an answer, or dies then. */;
      readonly inHand: 'goes on' | 'waits' | 'dies';
    }
  | { readonly do: 'undo'; readonly pick: number }
  | { readonly do: 'retry'; readonly pick: number; readonly maxFailures: number | null }
  | { readonly do: 'lose the queue' }
  | { readonly do: 'reconcile' }
  | { readonly do: 'restart'; readonly process: number }
  | { readonly do: 'by others'; readonly change: Change; readonly pick: number; readonly other: number }
  | { readonly do: 'refuse'; readonly pick: number }
  | { readonly do: 'relent' };

export const CHANGES = ['delete', 'edit', 'move', 'insert', 'make again', 'link'] as const;
export type Change = (typeof CHANGES)[number];

export interface Schedule {
  readonly sprouts: readonly Sprout[];
  readonly steps: readonly Step[];
}

const OBJECT_TYPES = ['lead', 'lead', 'lead', 'contact', 'opportunity', 'task', 'activity.note'];

const any = fc.nat(999);
const process = fc.nat(1);
const stopTo = (...which: readonly Interruption[]) =>
  fc.record({ at: any, interruption: fc.constantFrom(...which) });
const stop = fc.option(stopTo('held', 'held', 'held', 'killed', 'killed', 'cut off', 'terminated'), {
  freq: 3,
});
const maxFailures = fc.option(fc.nat(1), { freq: 1 });

const create = fc.record({
  do: fc.constant('create' as const),
  objectType: fc.constantFrom(...OBJECT_TYPES),
  targets: fc.constantFrom('all' as const, 'all' as const, 'named' as const, 'ids' as const),
  picks: fc.array(any, { minLength: 1, maxLength: 6 }),
  limit: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 1 }),
  archives: fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
  maxFailures,
  process,
  stop,
});

const work = fc.record({
  do: fc.constant('work' as const),
  process,
  pick: any,
  rungFor: fc.boolean(),
  amount: fc.constantFrom('set' as const, 'page' as const, 'page' as const, 'page' as const, 'all' as const),
  stop,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: create },
  { weight: 10, arbitrary: work },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('work at once' as const), picks: fc.tuple(any, any) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('go on' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('interrupt' as const),
      process,
      interruption: fc.constantFrom('killed' as const, 'cut off' as const, 'terminated' as const),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('control' as const),
      pick: any,
      wanted: fc.constantFrom(
        'paused' as const,
        'paused' as const,
        'resuming' as const,
        'resuming' as const,
        'cancelled' as const,
      ),
      inHand: fc.constantFrom(
        'goes on' as const,
        'goes on' as const,
        'goes on' as const,
        'waits' as const,
        'dies' as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const), pick: any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retry' as const), pick: any, maxFailures }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose the queue' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconcile' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), process }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('by others' as const),
      change: fc.constantFrom(...CHANGES),
      pick: any,
      other: any,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('refuse' as const), pick: any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('relent' as const) }) },
);

/** Several of them make several pages. */
const lead = fc.constant<Sprout>({ table: 'lead', links: [null, null, null], type: 'note' });

/** A small world, something to delete, and whatever may happen then. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  sprouts: fc
    .tuple(fc.array(lead, { maxLength: 6 }), familiesOf({ minLength: 1, maxLength: 24 }))
    .map(([leads, others]) => [...leads, ...others]),
  steps: fc
    .tuple(create, fc.noBias(fc.array(step, { maxLength: 22, size: 'max' })))
    .map(([first, others]) => [first, ...others]),
});

/** The checkpoint that a stop means. */
export function checkpointOf({ at }: Stop): (typeof CHECKPOINTS)[number] {
  const checkpoint = CHECKPOINTS[at % CHECKPOINTS.length];
  if (!checkpoint) throw new Error('there are no checkpoints');
  return checkpoint;
}

/** A step in a line, for whoever has to understand a failure. */
export function describeStep(step: Step): string {
  const { do: what, ...rest } = step;
  const parts = Object.entries(rest).map(
    ([name, value]) => `${name} ${name === 'stop' ? describeStop(value) : JSON.stringify(value)}`,
  );
  return [what, ...parts].join(', ');
}

function describeStop(value: unknown): string {
  if (value === null) return 'none';
  const stop = value as Stop;
  return `${checkpointOf(stop).name}: ${stop.interruption}`;
}
