import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { type Lifeline, runWhenGone } from './lifeline.ts';
import { runPgCtl } from './pg-ctl.ts';
import { readPostmasterFile } from './postmaster-file.ts';

const POLL_MS = 20;
/** Recovery after a crash may have gigabytes of log to replay; a server that does nothing at all ends before. */
export const START_TIMEOUT_MS = 300_000;
export const STOP_TIMEOUT_MS = 60_000;
const LOG_TAIL_LINES = 20;
/** A log that is longer than this at a start begins anew. */
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** `fast` rolls back and writes out; `immediate` is a crash. */
export type StopMode = 'fast' | 'immediate';

export interface ServerPlan {
  readonly binaries: Binaries;
  readonly account: Account | null;
  /** Real path of the cluster. */
  readonly cluster: string;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** A running server that is a child of this process, in a process group of its own. */
export interface ServerProcess {
  readonly pid: number;
  stop(mode: StopMode): Promise<void>;
}

/** The server ended before it was ready; `log` is what it said. */
export class StartFailure extends Error {
  readonly log: string;

  constructor(cluster: string, log: string) {
    super(`The embedded PostgreSQL did not start in ${cluster}. Its last words:\n${log}`);
    this.name = 'StartFailure';
    this.log = log;
  }
}

/**
 * Starts the server and waits until it takes connections.
 * @throws StartFailure
 */
export async function startServerProcess(plan: ServerPlan): Promise<ServerProcess> {
  const log = await openLog(plan.logFile);
  const { size: logStart } = await log.stat();
  const settings = Object.entries(plan.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(plan.binaries.postgres, ['-D', plan.cluster, ...settings], {
    ...plan.account,
    cwd: plan.cluster,
    // A process group of its own: Ctrl-C in the terminal is for Winnow, which stops the server last.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    windowsHide: true,
  });
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  await log.close();
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new StartFailure(plan.cluster, `${plan.binaries.postgres} could not be run.`);
  const lifeline = runWhenGone(
    [plan.binaries.pgCtl, 'stop', '-D', plan.cluster, '-m', 'fast', '-W'],
    plan.account,
  );
  void exited.then(() => lifeline.cut());
  await waitUntilReady(plan, child, pid, logStart);
  return { pid, stop: (mode) => stopServer(plan, child, exited, lifeline, mode) };
}

async function openLog(file: string): Promise<FileHandle> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  return open(file, size > LOG_LIMIT_BYTES ? 'w' : 'a', 0o600);
}

async function waitUntilReady(
  plan: ServerPlan,
  child: ChildProcess,
  pid: number,
  logStart: number,
): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (isRunning(child)) {
    const file = await readPostmasterFile(plan.cluster);
    if (file?.pid === pid && file.status === 'ready') return;
    if (performance.now() > deadline) child.kill('SIGQUIT');
    await pause(POLL_MS);
  }
  throw new StartFailure(plan.cluster, await readLogTail(plan.logFile, logStart));
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function readLogTail(file: string, start: number): Promise<string> {
  const content = (await readFile(file)).subarray(start).toString('utf8').trim();
  return content.split('\n').slice(-LOG_TAIL_LINES).join('\n') || '(nothing)';
}

async function stopServer(
  plan: ServerPlan,
  child: ChildProcess,
  exited: Promise<void>,
  lifeline: Lifeline,
  mode: StopMode,
): Promise<void> {
  lifeline.cut();
  // Until here it kept nobody from ending; now somebody waits for it.
  child.ref();
  for (const attempt of mode === 'fast' ? (['fast', 'immediate'] as const) : [mode]) {
    if (!isRunning(child)) return;
    await askToStop(plan, child, attempt);
    if (await endsInTime(exited)) return;
  }
  // It answers neither; the next start repairs what this leaves.
  child.kill('SIGKILL');
  await exited;
}

async function askToStop(plan: ServerPlan, child: ChildProcess, mode: StopMode): Promise<void> {
  if (process.platform === 'win32') {
    await runPgCtl(plan.binaries, plan.account, ['stop', '-D', plan.cluster, '-m', mode, '-W']);
  } else {
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  }
}

async function endsInTime(exited: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  const late = pause(STOP_TIMEOUT_MS, false, { signal: timer.signal }).catch(() => false);
  const ended = await Promise.race([exited.then(() => true), late]);
  timer.abort();
  return ended;
}
