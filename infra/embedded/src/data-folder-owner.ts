import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const OWNER = 'winnow.owner';

/** Which process has the data folder. `started` tells it from a later process with the same number. */
interface Owner {
  readonly pid: number;
  readonly started: string;
}

/** When the process began (clock ticks since boot, as text) where the system tells; `''` elsewhere; null if it is gone. */
async function readStart(pid: number): Promise<string | null> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return null;
  }
  if (process.platform !== 'linux') return '';
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // Field 22 of proc(5); the second field, the name in parentheses, may itself hold spaces and parentheses.
  return stat === null ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '');
}

function parseOwner(content: string): Owner | null {
  const [pid, started] = content.split(' ');
  return pid !== undefined && started !== undefined && /^[1-9]\d*$/.test(pid)
    ? { pid: Number(pid), started }
    : null;
}

/**
 * Takes the data folder for this process, so that two Winnows never work on one.
 * @returns a function that gives it back.
 * @throws a sentence that names the process, when a living one has it.
 */
export async function takeDataFolder(dataDir: string): Promise<() => Promise<void>> {
  const file = path.join(dataDir, OWNER);
  const mine = `${file}.${randomBytes(6).toString('hex')}`;
  const content = `${process.pid} ${(await readStart(process.pid)) ?? ''}`;
  // Written aside and linked: whoever sees the file sees all of it.
  await writeFile(mine, content, { mode: 0o600 }).catch((cause) => {
    throw new Error(`Nothing can be written into the data folder ${dataDir}: ${String(cause)}`, { cause });
  });
  try {
    while (!(await link(mine, file).then(() => true, isExisting))) await evictDeadOwner(file, dataDir);
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(file, { force: true });
}

function isExisting(error: unknown): false {
  if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
  throw error;
}

/** The living process that has the data folder, or null. */
export async function findOwner(dataDir: string): Promise<number | null> {
  const content = await readFile(path.join(dataDir, OWNER), 'utf8').catch(() => null);
  const owner = content === null ? null : parseOwner(content);
  return owner !== null && (await readStart(owner.pid)) === owner.started ? owner.pid : null;
}

async function evictDeadOwner(file: string, dataDir: string): Promise<void> {
  const content = await readFile(file, 'utf8').catch(() => null);
  if (content === null) return;
  const owner = await findOwner(dataDir);
  if (owner !== null) {
    throw new Error(
      `The data folder ${dataDir} is in use by a running Winnow (process ${owner}). Stop that one, or choose another folder with WINNOW_DATA_DIR.`,
    );
  }
  // Two starters may both find the owner dead: only what was read is moved away, a new owner's file is put back.
  const dead = `${file}.${randomBytes(6).toString('hex')}`;
  await rename(file, dead).catch(() => {});
  const moved = await readFile(dead, 'utf8').catch(() => null);
  if (moved !== null && moved !== content) await link(dead, file).catch(() => {});
  await rm(dead, { force: true });
}
