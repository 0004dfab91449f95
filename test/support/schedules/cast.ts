import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { demand } from './demand.ts';
import type { EngineProcess, Task } from './engine-process.ts';
import type { Interruption } from './schedule.ts';
import type { Stage } from './stage.ts';

const LOOK_EVERY_MS = 4;

/** The processes of a schedule, some of which may be held in the middle of something. */
export interface Cast {
  /** How many have this bulk delete or undo in hand. */
  inHand(id: string): number;
  isAnybodyHeld(): boolean;
  /**
   * Waits for something to end. Who waits for a lock waits for somebody who is held: all of those go on then, and end.
   * @returns what it returned.
   */
  waitFor<T>(work: Promise<T>): Promise<T>;
  /** Waits until a task has ended, or has come to its checkpoint and what is to happen there has. */
  see(process: EngineProcess, task: Task, then: Interruption): Promise<void>;
  /** Ends a held process or its connections. */
  interrupt(process: EngineProcess, then: Interruption): Promise<void>;
  /** Those who are held go on and end. */
  letGo(processes?: readonly EngineProcess[]): Promise<void>;
}

export function createCast(stage: Stage): Cast {
  const going: Task[] = [];
  const held = () => stage.processes.filter(({ task }) => task?.isStopped === true);
  const release = (processes: readonly EngineProcess[]) => {
    for (const process of processes) {
      if (process.task) going.push(process.task);
      process.letGo();
    }
  };

  async function waitFor<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = work.then(
      () => {
        isOver = true;
      },
      () => {
        isOver = true;
      },
    );
    while (!isOver && held().length > 0) {
      await Promise.race([over, pause(LOOK_EVERY_MS)]);
      if (isOver || !(await isSomebodyWaiting(stage))) continue;
      count(stage, 'waited for somebody who was held');
      release(held());
    }
    const result = await work;
    for (let task = going.pop(); task; task = going.pop()) await waitForEnd(task);
    return result;
  }

  async function waitForEnd(task: Task): Promise<void> {
    const error = await waitFor(task.ended);
    const isWell = error === undefined || task.wasCut;
    demand(isWell, `a process failed whose connection nobody had cut: ${describe(error)}`);
  }

  async function interrupt(process: EngineProcess, then: Interruption): Promise<void> {
    const { task } = process;
    if (task?.checkpoint) count(stage, `${then} ${task.checkpoint.name}`);
    if (!task || then === 'held') return;
    const backends = await stage.findBackends(process);
    if (then === 'killed') {
      process.cut({ told: false });
      await stage.replace(process);
      await stage.waitUntilGone(backends);
      return;
    }
    process.noteCut();
    if (then === 'cut off') process.cut({ told: true });
    else
      await sql`select pg_terminate_backend(pid) from unnest(${[...backends]}::int[]) as pid`.execute(
        stage.db,
      );
    await stage.waitUntilGone(backends);
    process.letGo();
    await waitForEnd(task);
  }

  return {
    inHand: (id) => stage.processes.filter(({ task }) => task?.id === id).length,
    isAnybodyHeld: () => held().length > 0,
    waitFor,
    interrupt,
    async see(process, task, then) {
      await waitFor(Promise.race([task.stopped, task.ended]));
      if (task.hasEnded) await waitForEnd(task);
      else if (task.isStopped) await interrupt(process, then);
    },
    async letGo(processes = stage.processes) {
      release(processes.filter(({ task }) => task?.isStopped === true));
      await waitFor(Promise.resolve());
    },
  };
}

export function count({ tally }: Stage, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

async function isSomebodyWaiting(stage: Stage): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1
  `.execute(stage.db);
  return rows.length > 0;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error);
}
