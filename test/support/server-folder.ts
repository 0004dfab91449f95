import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removePostgres, runWhenGone } from '@winnow/embedded';

/** After a test run that was interrupted: PostgreSQL, which ends at the same time, must still find its lock file. */
const REMOVE_LATER = `
  for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -e "$0/postgres/postmaster.pid" ] || break
    sleep 1
  done
  rm -rf "$0"`;

/**
 * A new folder that a server of another user may enter (`mkdtemp` gives one that only its maker may). An interrupted run
 * leaves none behind.
 */
export async function makeServerFolder(what: string): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), `winnow-test-${what}-`));
  const lifeline = runWhenGone(['/bin/sh', '-c', REMOVE_LATER, folder]);
  await chmod(folder, 0o711);
  return {
    path: folder,
    async remove() {
      await removePostgres(folder);
      await rm(folder, { recursive: true, force: true });
      lifeline.cut();
    },
  };
}
