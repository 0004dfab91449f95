import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runWhenGone } from '@winnow/embedded';
import { atFileEnd } from './file-end.ts';
import { waitFor } from './wait-for.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 180_000;

export interface TestProcess {
  readonly pid: number;
  /** Sends the signal and does not wait; `exited` tells. */
  kill(signal?: NodeJS.Signals): void;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** All that it has written so far, to both outputs. */
  output(): string;
}

/**
 * Starts the API as a process of its own and waits until it listens. It is killed with the test file.
 * @param env its whole environment: nothing of ours is passed on. `PORT` is 0 unless given; `LOG_LEVEL` must let `info` pass.
 */
export async function spawnApi(
  env: Readonly<Record<string, string>>,
): Promise<TestProcess & { readonly url: string }> {
  const { line, ...api } = await spawnScript('apps/api/src/main.ts', {
    ready: 'api listening',
    env: { PORT: '0', ...env },
  });
  if (typeof line.url !== 'string') throw new Error(`The API did not say where it listens:\n${api.output()}`);
  return { ...api, url: line.url };
}

/** Starts a worker as a process of its own and waits until it is ready. See `spawnApi`. */
export async function spawnWorker(env: Readonly<Record<string, string>>): Promise<TestProcess> {
  return spawnScript('apps/worker/src/main.ts', { ready: 'worker ready', env });
}

/**
 * Starts a TypeScript file as a process of its own and waits until it writes a JSON line whose `msg` is `ready`.
 * It leads a process group of its own, and is killed with the test file.
 * @param script path from the root of the repository.
 * @returns the process with that line.
 */
export async function spawnScript(
  script: string,
  options: {
    readonly ready: string;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<TestProcess & { readonly line: Readonly<Record<string, unknown>> }> {
  const running = launch(script, options.args ?? [], options.env ?? {});
  return { ...running, line: await waitForLine(running, options.ready) };
}

function launch(script: string, args: readonly string[], env: Readonly<Record<string, string>>): TestProcess {
  const loader = 'typescript' in process.features && process.features.typescript ? [] : ['--import', 'tsx'];
  const child = spawn(process.execPath, [...loader, script, ...args], {
    cwd: ROOT,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject).once('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = child.pid ?? 0;
  const lifeline = runWhenGone(['/bin/sh', '-c', `kill -KILL ${pid}`]);
  void exited.finally(() => lifeline.cut());
  atFileEnd(script, async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { pid, kill: (signal = 'SIGTERM') => void child.kill(signal), exited, output: () => output };
}

async function waitForLine(running: TestProcess, msg: string): Promise<Readonly<Record<string, unknown>>> {
  let ended = false;
  void running.exited.finally(() => {
    ended = true;
  });
  const line = await waitFor(() => findLine(running.output(), msg) ?? ended, {
    timeoutMs: START_TIMEOUT_MS,
    what: `the log line "${msg}"`,
  }).catch((cause) => {
    throw new Error(`No log line "${msg}" from the process. It wrote:\n${running.output()}`, { cause });
  });
  if (line === true)
    throw new Error(`The process ended before it said "${msg}". It wrote:\n${running.output()}`);
  return line;
}

function findLine(output: string, msg: string): Readonly<Record<string, unknown>> | null {
  for (const line of output.split('\n')) {
    if (!line.startsWith('{') || !line.endsWith('}')) continue;
    const record: unknown = JSON.parse(line);
    if (typeof record === 'object' && record !== null && 'msg' in record && record.msg === msg)
      return { ...record };
  }
  return null;
}
