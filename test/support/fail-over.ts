import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '@winnow/embedded';
import { atFileEnd } from './file-end.ts';
import { databaseUrl } from './migrated-database.ts';
import { childrenOf } from './processes-of.ts';
import { makeServerFolder } from './server-folder.ts';
import { waitFor } from './wait-for.ts';

/**
 * Kills a server in the middle of everything, as when its machine goes, copies what it has written so far, and starts
 * the copy, which has a crash to recover from, on another port.
 * @returns the copy; its `url` is that of the database `winnow`.
 */
export async function failOver(server: EmbeddedPostgres): Promise<EmbeddedPostgres> {
  const family = [server.pid, ...(await childrenOf(server.pid)).map(({ pid }) => pid)];
  for (const pid of family) kill(pid, 'SIGKILL');
  await waitFor(() => family.every((pid) => !kill(pid, 0)), { what: 'the server to be gone' });
  await server.stop('immediate');
  const folder = await makeServerFolder('copy');
  // `cp -a` keeps the owner, whom PostgreSQL runs as.
  const { status, stderr } = spawnSync('cp', ['-a', `${server.dataDir}/.`, folder.path]);
  if (status !== 0) throw new Error(`the data folder could not be copied: ${stderr}`);
  await rm(path.join(folder.path, 'postgres', 'postmaster.pid'), { force: true });
  const copy = await startPostgres({ dataDir: folder.path, durable: false });
  atFileEnd(`copy on port ${copy.port}`, async () => {
    await copy.stop('immediate');
    await folder.remove();
  });
  return {
    ...copy,
    url: databaseUrl(copy.url, 'winnow'),
    get pid() {
      return copy.pid;
    },
  };
}

/** @returns whether there is such a process. */
function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
