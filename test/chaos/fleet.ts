import { setTimeout as pause } from 'node:timers/promises';
import type { TestProcess } from '../support/processes.ts';
import type { Differences } from './differences.ts';

/** A process told to stop must have ended after its grace time and this. Milliseconds. */
const END_WITHIN_MS = 30_000;
const RESTART_PAUSE_MS = 100;
const TAIL_CHARACTERS = 20_000;

/** A place for one process, which is filled again whenever it becomes empty, as a supervisor would. */
export interface Post {
  readonly name: string;
  /** Of an API that listens. */
  readonly url: string | undefined;
  readonly isRunning: boolean;
  /** Ends the process of this moment, while the next one is already being started. @returns when it has ended. */
  replace(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Stops the process of this moment, and lets it go on after so long. */
  freeze(milliseconds: number): Promise<void>;
  /** Resolves when a process is here that is ready. */
  ready(): Promise<void>;
  /** The last words of every process that was here. */
  logs(): readonly string[];
  /** Ends for good. */
  close(): Promise<void>;
}

/** Fills a post. @returns when its first process is ready. */
export async function openPost(
  name: string,
  start: () => Promise<TestProcess & { readonly url?: string }>,
  differences: Differences,
): Promise<Post> {
  const logs: string[] = [];
  let current: (TestProcess & { readonly url?: string }) | undefined;
  let starting: Promise<void> = Promise.resolve();
  let isClosed = false;

  async function fill(): Promise<void> {
    while (!isClosed) {
      try {
        const started = await start();
        current = started;
        void started.exited.then((end) => leave(started, end));
        return;
      } catch (error) {
        differences.add('every process that is started becomes ready', { name, error: String(error) });
        await pause(RESTART_PAUSE_MS);
      }
    }
  }

  /** An end that nobody asked for. */
  function leave(ended: TestProcess, end: unknown): void {
    logs.push(ended.output().slice(-TAIL_CHARACTERS));
    if (current !== ended || isClosed) return;
    current = undefined;
    differences.add('no process ends by itself', { name, end, output: ended.output().slice(-2000) });
    starting = fill();
  }

  async function end(leaving: TestProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    leaving.kill(signal);
    leaving.kill('SIGCONT');
    const timer = new AbortController();
    const late = pause(END_WITHIN_MS, 'late' as const, { signal: timer.signal }).catch(
      () => 'ended' as const,
    );
    if ((await Promise.race([leaving.exited.then(() => 'ended' as const), late])) === 'late') {
      differences.add('a process ends within its grace time', {
        name,
        output: leaving.output().slice(-2000),
      });
      leaving.kill('SIGKILL');
      await leaving.exited;
    }
    timer.abort();
  }

  await fill();
  return {
    name,
    get url() {
      return current?.url;
    },
    get isRunning() {
      return current !== undefined;
    },
    async replace(signal) {
      const leaving = current;
      if (leaving === undefined) return;
      current = undefined;
      // The next one does not wait for the last one: a rolling restart has both for a while.
      starting = fill();
      await end(leaving, signal);
    },
    async freeze(milliseconds) {
      const frozen = current;
      frozen?.kill('SIGSTOP');
      await pause(milliseconds);
      frozen?.kill('SIGCONT');
    },
    ready: () => starting,
    logs: () => [...logs, ...(current ? [current.output().slice(-TAIL_CHARACTERS)] : [])],
    async close() {
      isClosed = true;
      await starting;
      const leaving = current;
      current = undefined;
      if (leaving) await end(leaving, 'SIGTERM');
    },
  };
}
