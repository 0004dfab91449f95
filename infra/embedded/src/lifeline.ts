import { spawn } from 'node:child_process';
import type { Account } from './account.ts';

/** A promise that holds even when nobody is left to keep it. */
export interface Lifeline {
  /** Calls it off: the command will not be run. */
  cut(): void;
}

/**
 * Runs a command as soon as this process is gone, however it went: a sleeping shell holds the other end of a pipe,
 * and the system closes ours when we end, even by SIGKILL. Signal handlers could not promise that, and would run before
 * the owner of the process has finished its work.
 *
 * On Windows this does nothing; there the next start finds what is left over.
 * @param command program and arguments.
 * @param account under which it runs; null for the current user.
 */
export function runWhenGone(
  command: readonly [string, ...string[]],
  account: Account | null = null,
): Lifeline {
  if (process.platform === 'win32') return { cut() {} };
  const shell = spawn('/bin/sh', ['-c', 'read -r _; exec "$@"', 'sh', ...command], {
    ...account,
    cwd: '/',
    // Its own session: a Ctrl-C in the terminal must not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return {
    cut() {
      shell.kill('SIGKILL');
    },
  };
}
