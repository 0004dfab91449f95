import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runWhenGone } from '@winnow/embedded';
import { atFileEnd } from './file-end.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = 'apps/cli/bin/winnow.js';

/** How a command line ended. `code` is null after a signal. */
export interface WinnowEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `winnow` command line as a process of its own. */
export interface WinnowProcess {
  readonly pid: number;
  /** What it has written so far, to both outputs. */
  output(): string;
  /** Sends the signal to this process alone and does not wait. */
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<WinnowEnd>;
}

/**
 * Starts `winnow` as a shell would. What still runs at the end of the test file is killed.
 * @param env its whole environment: nothing of ours is passed on.
 */
export function startWinnow(args: readonly string[], env: Readonly<Record<string, string>>): WinnowProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: ROOT,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    output += chunk;
  });
  const ended = new Promise<WinnowEnd>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const pid = child.pid ?? 0;
  const lifeline = runWhenGone(['/bin/sh', '-c', `kill -KILL ${pid}`]);
  void ended.finally(() => lifeline.cut());
  atFileEnd(`winnow ${args.join(' ')}`, async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { pid, output: () => output, kill: (signal) => void child.kill(signal), ended };
}

/** Runs a command line to its end. */
export function runWinnow(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<WinnowEnd> {
  return startWinnow(args, env).ended;
}
