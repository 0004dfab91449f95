import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandFailure } from '../command-failure.ts';

const LOOK_EVERY_MS = 500;

/**
 * Resolves when the embedded database's process is gone. It is looked at, not listened to: the package that started it
 * tells nobody of its end.
 * @returns the sentence to fail with.
 */
export async function watchProcess(pid: number, dataDir: string): Promise<CommandFailure> {
  while (isAlive(pid)) await pause(LOOK_EVERY_MS, undefined, { ref: false });
  return new CommandFailure(
    `The embedded PostgreSQL (process ${pid}) ended. Its log: ${path.join(dataDir, 'postgres.log')}`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives under another user, as it does when Winnow runs as root.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
