import { type EngineDeps, type EngineSettings, runBulkActionSlice } from '@winnow/bulk-delete';
import { connect, type Db } from '@winnow/db';
import { type Doorbell, QUEUES } from '@winnow/queue';
import { createEngine } from '../engine.ts';
import { type Checkpoint, CLAIM } from './checkpoints.ts';
import { type Gate, openGate } from './gated-connection.ts';

/** How much of a bulk delete a turn does: its set, one page more, or all that can be done. */
export type Amount = 'set' | 'page' | 'all';

/** An engine with a pool of its own, as in a process of its own; its way to Postgres is watched. */
export interface EngineProcess {
  readonly applicationName: string;
  /** What it is at; null when it has nothing to do. */
  readonly task: Task | null;
  /** Gives it a turn on a bulk delete or undo. With a checkpoint it may be stopped there. */
  work(id: string, amount: Amount, checkpoint: Checkpoint | null): Task;
  /** Has it do anything else. */
  run(id: string, work: (deps: EngineDeps) => Promise<unknown>, checkpoint: Checkpoint | null): Task;
  letGo(): void;
  /** Cuts its connections: it hears of it and goes on, or is as if killed. */
  cut(options: { readonly told: boolean }): void;
  /** Somebody has cut its connections elsewhere: what it is at may fail, and what comes next too. */
  noteCut(): void;
  /** Takes its pool down. What it is still at fails. */
  dispose(): Promise<void>;
}

export interface Task {
  readonly id: string;
  readonly checkpoint: Checkpoint | null;
  /** Resolves when it stands at the checkpoint. */
  readonly stopped: Promise<void>;
  /** Resolves with it ended, with the error of one that failed. */
  readonly ended: Promise<unknown>;
  isStopped: boolean;
  hasEnded: boolean;
  /** Somebody cut its connection: it may fail. */
  wasCut: boolean;
}

const NEVER = new Promise<void>(() => {});

/** @param doorbell shared by all processes, as the queue is. */
export async function startEngineProcess(
  url: string,
  {
    applicationName,
    doorbell,
    settings,
  }: {
    readonly applicationName: string;
    readonly doorbell: Doorbell;
    readonly settings: Partial<EngineSettings>;
  },
): Promise<EngineProcess> {
  let onePage: AbortController | null = null;
  const gate: Gate = await openGate(Number(new URL(url).port), (text) => {
    if (CLAIM.test(text)) onePage?.abort();
  });
  const through = new URL(url);
  through.port = String(gate.port);
  const db: Db = connect({
    connectionString: through.href,
    applicationName,
    poolSize: 3,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  const deps: EngineDeps = { ...createEngine(db, settings), doorbell };
  let task: Task | null = null;
  /** Its pool may hold connections that are dead, and not know it yet. */
  let mayBeCut = false;

  function run(
    id: string,
    work: (deps: EngineDeps) => Promise<unknown>,
    checkpoint: Checkpoint | null,
  ): Task {
    const reached = checkpoint ? gate.arm(checkpoint) : NEVER;
    const ended = work(deps).then(
      () => undefined,
      (error: unknown) => error,
    );
    const begun: Task = {
      id,
      checkpoint,
      stopped: reached.then(() => {
        begun.isStopped = true;
      }),
      ended: ended.finally(() => {
        begun.hasEnded = true;
        gate.open();
        if (task === begun) task = null;
      }),
      isStopped: false,
      hasEnded: false,
      wasCut: mayBeCut,
    };
    mayBeCut = false;
    task = begun;
    return begun;
  }

  function noteCut(): void {
    if (task) task.wasCut = true;
    mayBeCut = true;
  }

  return {
    applicationName,
    get task() {
      return task;
    },
    run,
    work(id, amount, checkpoint) {
      const stopping = new AbortController();
      if (amount === 'set') stopping.abort();
      onePage = amount === 'page' ? stopping : null;
      return run(id, (itsDeps) => takeTurn(itsDeps, id, stopping.signal), checkpoint);
    },
    letGo() {
      if (task) task.isStopped = false;
      gate.open();
    },
    noteCut,
    cut(options) {
      noteCut();
      gate.cut(options);
    },
    async dispose() {
      if (task) task.wasCut = true;
      await gate.close();
      await task?.ended;
      await db.destroy();
    },
  };
}

/** As the worker's processor does: what is left is rung for. */
async function takeTurn(deps: EngineDeps, id: string, signal: AbortSignal): Promise<void> {
  const { kind } = await runBulkActionSlice(deps, id, signal);
  if (kind === 'more' || kind === 'later') await deps.doorbell.ring(QUEUES.bulkDelete, id);
}
