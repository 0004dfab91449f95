import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { runPgCtl } from './pg-ctl.ts';

/** What a running server writes into its folder (`postmaster.pid`; lines as in PostgreSQL's `utils/pidfile.h`). */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping` or `standby`; `''` in the first moments. */
  readonly status: string;
}

/** @returns null when there is no such file, or not yet a whole one. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | null> {
  const content = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = content.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0
    ? { pid, port: Number(lines[3]), status: (lines[7] ?? '').trim() }
    : null;
}

/**
 * Makes the cluster free when a server is still at work in it, or seems to be: its Winnow is dead (the caller has taken
 * the data folder), so nobody else will stop it.
 */
export async function stopLeftoverServer(
  cluster: string,
  binaries: Binaries,
  account: Account | null,
): Promise<void> {
  const file = await readPostmasterFile(cluster);
  if (file === null) return;
  if (!(await isPostmaster(file.pid, cluster))) {
    // After a power cut its number may belong to any program now, and PostgreSQL would refuse to start because of it.
    await rm(path.join(cluster, 'postmaster.pid'), { force: true });
    return;
  }
  const fast = await runPgCtl(binaries, account, ['stop', '-D', cluster, '-m', 'fast', '-w', '-t', '60']);
  if (fast.code === 0 || !(await isPostmaster(file.pid, cluster))) return;
  const immediate = await runPgCtl(binaries, account, [
    'stop',
    '-D',
    cluster,
    '-m',
    'immediate',
    '-w',
    '-t',
    '30',
  ]);
  if (immediate.code === 0 || !(await isPostmaster(file.pid, cluster))) return;
  throw new Error(
    `An earlier PostgreSQL (process ${file.pid}) still works in ${cluster} and cannot be stopped: ${immediate.output}`,
  );
}

async function isPostmaster(pid: number, cluster: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  if (process.platform !== 'linux') return true;
  // The command line, which every user may read; the working directory would need rights that a container's root lacks.
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(cluster);
}
