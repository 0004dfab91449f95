import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runWhenGone } from '@winnow/embedded';
import { CommandFailure } from '../command-failure.ts';
import { openServiceLog } from './service-log.ts';

/** Beyond the time that the process gives its own work in hand. */
export const KILL_MARGIN_MS = 5000;

/** One of our processes, in a process group of its own: Ctrl-C reaches us only, and we stop all in order. */
export interface Service {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when the process has ended and its last words are read, however it ended. */
  readonly ended: Promise<ServiceEnd>;
  /** Asks it to finish what it has in hand; after `graceMs` and a margin it is killed. */
  stop(graceMs: number): Promise<void>;
  /** At once. */
  kill(): void;
}

export interface ServiceEnd {
  readonly name: string;
  /** `exit code 1`, `signal SIGKILL` or why it could not be started. */
  readonly how: string;
  readonly lastLines: readonly string[];
  readonly logFile: string;
}

/**
 * Starts an app of this repository as a child process. It is ended when we are gone, however we went.
 * @param options.script path from the folder `apps`.
 * @param options.onTrouble is told of its warnings and errors.
 */
export async function startService(options: {
  readonly name: string;
  readonly script: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly logDir: string;
  readonly onTrouble: (text: string) => void;
}): Promise<Service> {
  const { name, environment } = options;
  const log = await openServiceLog(options.logDir, name, options);
  const script = fileURLToPath(new URL(`../../../${options.script}`, import.meta.url));
  const child = spawn(process.execPath, [...loaderArguments(), script], {
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  log.follow(child.stdout);
  log.follow(child.stderr);
  // `close` rather than `exit`: then the last lines have come too.
  const ended = new Promise<ServiceEnd>((resolve) => {
    const end = (how: string): void => {
      void log.close().then(() => resolve({ name, how, lastLines: log.lastLines(), logFile: log.file }));
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  // By SIGKILL: its outputs end with us, and a process that cannot write its log may never come to its end. It is a crash,
  // which loses nothing.
  const lifeline =
    child.pid === undefined ? null : runWhenGone(['/bin/sh', '-c', `kill -s KILL -- -${child.pid}`]);
  void ended.then(() => lifeline?.cut());
  return {
    name,
    logFile: log.file,
    ended,
    async stop(graceMs) {
      signalGroup(child, 'SIGTERM');
      const timer = new AbortController();
      const isLate = pause(graceMs + KILL_MARGIN_MS, true, { signal: timer.signal }).catch(() => false);
      if ((await Promise.race([ended.then(() => false), isLate])) === true) signalGroup(child, 'SIGKILL');
      timer.abort();
      await ended;
    },
    kill: () => signalGroup(child, 'SIGKILL'),
  };
}

/** The sentence for a process that ended although nobody told it to. */
export function describeEnd(end: ServiceEnd): CommandFailure {
  const words =
    end.lastLines.length === 0 ? 'It said nothing.' : `Its last words:\n  ${end.lastLines.join('\n  ')}`;
  return new CommandFailure(`The ${end.name} ended (${end.how}). ${words}\nAll of its log: ${end.logFile}`);
}

function loaderArguments(): readonly string[] {
  return 'typescript' in process.features && process.features.typescript
    ? []
    : ['--import', import.meta.resolve('tsx')];
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // SIGTERM is for the process, which knows how to end; SIGKILL also for what it may have started.
  if (signal === 'SIGKILL' && process.platform !== 'win32') {
    try {
      process.kill(-child.pid, signal);
      return;
    } catch {
      // The group is gone already.
    }
  }
  child.kill(signal);
}
