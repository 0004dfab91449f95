import { chmod, lstat, mkdir } from 'node:fs/promises';
import { type Account, canEnter } from './account.ts';

const CANDIDATES = ['/var/lib/winnow', '/var/tmp/winnow'];

/**
 * A folder that outlives reboots and that the account can enter, for what cannot stay where root put it (a clone in
 * /root or in `mktemp -d`, which only root may enter).
 * @throws when none of the candidates is usable.
 */
async function prepareSystemFolder(account: Account): Promise<string> {
  for (const folder of CANDIDATES) {
    try {
      await mkdir(folder, { mode: 0o755 });
      await chmod(folder, 0o755);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) continue;
    }
    const found = await lstat(folder);
    // /var/tmp is writable by all: a folder that another user made there could hold programs of theirs.
    const ours = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
    if (ours && canEnter(account, folder)) return folder;
  }
  throw new Error(
    `PostgreSQL runs as uid ${account.uid} here, and none of ${CANDIDATES.join(', ')} is a folder that it can enter. Start Winnow as an ordinary user, or set DATABASE_URL.`,
  );
}

/**
 * Where to put what the account cannot reach, or we cannot write, in its own place: the data folder does for the current
 * user.
 */
export async function findOtherPlace(dataDir: string, account: Account | null): Promise<string> {
  return account === null ? dataDir : prepareSystemFolder(account);
}
