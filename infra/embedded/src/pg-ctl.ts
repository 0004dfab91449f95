import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

/**
 * Runs PostgreSQL's control program.
 * @returns its exit code (0 = done) and all that it said.
 */
export async function runPgCtl(
  binaries: Binaries,
  account: Account | null,
  options: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(binaries.pgCtl, options, {
    ...account,
    cwd: process.platform === 'win32' ? undefined : '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
  ]);
  return { code, output: `${output}${errors}`.trim() };
}
