import { spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';

/** The user that PostgreSQL runs under when we are root: it refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** In this order: made for the purpose, or at least without rights. */
const ACCOUNT_NAMES = ['postgres', '_postgres', 'nobody'];

/**
 * Who PostgreSQL has to run as.
 * @param clusterFolder an existing cluster, whose owner is taken, or null for a new one.
 * @returns null when that is simply the current user.
 * @throws when the cluster belongs to a user that we cannot become, or root finds no user to become.
 */
export async function findAccount(clusterFolder: string | null): Promise<Account | null> {
  const self = process.getuid?.();
  if (self === undefined) return null;
  if (clusterFolder !== null) {
    const { uid, gid } = await stat(clusterFolder);
    if (uid === self && self !== 0) return null;
    if (self !== 0) {
      throw new Error(
        `The database in ${clusterFolder} belongs to another user (uid ${uid}); start it as that user, or choose another data folder with WINNOW_DATA_DIR.`,
      );
    }
    if (uid !== 0) return { uid, gid };
  }
  return self === 0 ? readAccount(await readFile('/etc/passwd', 'utf8')) : null;
}

/** The first suitable user of a passwd file. Exported for its test. */
export function readAccount(passwd: string): Account {
  const users = new Map(passwd.split('\n').map((line) => [line.split(':')[0], line.split(':')] as const));
  for (const name of ACCOUNT_NAMES) {
    const [, , uid, gid] = users.get(name) ?? [];
    // macOS writes nobody as -2; setuid wants it unsigned.
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new Error(
    `PostgreSQL does not run as root, and this system has none of the users ${ACCOUNT_NAMES.join(', ')}. Start Winnow as an ordinary user, or set DATABASE_URL.`,
  );
}

/**
 * Whether the account can enter a folder. The kernel is asked (`test -x` under that user), because mode bits alone
 * miss access lists, mounts and containers.
 */
export function canEnter(account: Account | null, folder: string): boolean {
  if (account === null) return true;
  return (
    spawnSync('/bin/sh', ['-c', 'test -x "$0"', folder], { ...account, cwd: '/', stdio: 'ignore' }).status ===
    0
  );
}
