import type { Control } from '@winnow/bulk-delete';
import type { Sprout } from '../random-families.ts';
import { CHECKPOINTS, type Checkpoint } from './checkpoints.ts';
import type { Interruption, Schedule, Step, Stop } from './schedule.ts';

const LEAD: Sprout = { table: 'lead', links: [null, null, null], type: 'note' };

const DELETE_ALL = {
  do: 'create' as const,
  objectType: 'lead',
  targets: 'all' as const,
  picks: [1],
  limit: null,
  archives: true,
  maxFailures: null,
  process: 0,
  stop: null,
};

/** Its page is a page of one. */
const DELETE_ONE: Step = { ...DELETE_ALL, limit: 1 };

/** Of all rows that are there: which of them comes first is known to nobody. */
const REFUSE: readonly Step[] = [0, 1, 2, 3, 4, 5].map((pick) => ({ do: 'refuse', pick }));

function stopAt(name: string, interruption: Interruption): Stop {
  const at = CHECKPOINTS.findIndex((checkpoint) => checkpoint.name === name);
  if (at < 0) throw new Error(`there is no checkpoint "${name}"`);
  return { at, interruption };
}

const workUntil = (stop: Stop | null) => ({
  do: 'work' as const,
  process: 0,
  pick: 0,
  rungFor: false,
  amount: 'all' as const,
  stop,
});

/** Asked and answered while an engine stands between a page that failed and its being put right. */
function stopBetween(wanted: Control): Schedule {
  return {
    sprouts: [LEAD],
    steps: [
      DELETE_ONE,
      ...REFUSE,
      workUntil(stopAt('before a failed page is put right', 'held')),
      { do: 'control', pick: 1, wanted, inHand: 'waits' },
      { do: 'go on' },
    ],
  };
}

/** What was refused is asked for again when it is refused no more. */
const RETRIED: Schedule = {
  sprouts: [LEAD],
  steps: [
    DELETE_ONE,
    ...REFUSE,
    workUntil(null),
    { do: 'relent' },
    { do: 'retry', pick: 0, maxFailures: null },
    workUntil(null),
  ],
};

/** More are refused than may be. */
const TOO_MANY: Schedule = {
  sprouts: [LEAD],
  steps: [{ ...DELETE_ONE, maxFailures: 0 }, ...REFUSE, workUntil(null)],
};

/** What is to come back has been made again by somebody else. */
const IN_THE_WAY: Schedule = {
  sprouts: [LEAD],
  steps: [
    DELETE_ALL,
    workUntil(null),
    { do: 'by others', change: 'make again', pick: 0, other: 1 },
    { do: 'undo', pick: 0 },
  ],
};

/** A checkpoint is come to once, and left so; whoever is held there sees another get the same job. */
function leave({ name }: Checkpoint, interruption: Interruption): Schedule {
  const refusal = name.includes('put right') ? REFUSE : [];
  const steps = [DELETE_ALL, ...refusal, workUntil(stopAt(name, interruption))];
  const again: readonly Step[] = interruption === 'held' ? [{ ...workUntil(null), process: 1 }] : [];
  return { sprouts: [LEAD, LEAD, LEAD], steps: [...steps, ...again] };
}

const ENDS = ['killed', 'cut off', 'terminated'] as const;

/** Schedules that are always performed before the random ones, which may miss them for long. */
export const EXAMPLES: readonly Schedule[] = [
  stopBetween('paused'),
  stopBetween('cancelled'),
  RETRIED,
  TOO_MANY,
  IN_THE_WAY,
  ...CHECKPOINTS.flatMap((checkpoint, n) => [
    leave(checkpoint, 'held'),
    leave(checkpoint, ENDS[n % ENDS.length] ?? 'killed'),
  ]),
];
