import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type Account, canEnter } from './account.ts';
import type { Binaries } from './binaries.ts';
import { SUPER_USER } from './connection-url.ts';

const CLUSTER = 'postgres';
const PASSWORD = 'postgres.password';

/**
 * Where the cluster of a data folder really lies: in its `postgres/`, or where its symbolic link `postgres` points.
 * @returns null when there is none yet.
 * @throws when the link points to nothing: starting empty would hide that the data is gone.
 */
export async function findCluster(dataDir: string): Promise<string | null> {
  const entry = path.join(dataDir, CLUSTER);
  if ((await lstat(entry).catch(() => null)) === null) return null;
  return realpath(entry).catch((cause) => {
    throw new Error(
      `The database that ${entry} points to is gone. Remove ${dataDir} to begin with an empty one.`,
      {
        cause,
      },
    );
  });
}

/** Whether a cluster lies outside its data folder, in a folder that `createCluster` made for it alone. */
export function isRelocated(cluster: string): boolean {
  return /^cluster-[0-9a-f]{16}$/.test(path.basename(cluster));
}

/** The password of the super user, which lies in the data folder readable by its owner only. */
export async function readPassword(dataDir: string): Promise<string> {
  const file = path.join(dataDir, PASSWORD);
  return readFile(file, 'utf8').catch((cause) => {
    throw new Error(`The password of the embedded database cannot be read from ${file}.`, { cause });
  });
}

/**
 * Refuses what our PostgreSQL cannot open, before it is tried.
 * @throws naming both versions, when another major version wrote the cluster.
 */
export async function checkCluster(
  folder: string,
  binaries: Binaries,
  account: Account | null,
): Promise<void> {
  const theirs = (await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const ours = binaries.version.split('.')[0];
  if (theirs === '') {
    throw new Error(
      `${folder} is not a PostgreSQL data folder. Choose an empty folder with WINNOW_DATA_DIR.`,
    );
  }
  if (theirs !== ours) {
    throw new Error(
      `The database in ${folder} was made by PostgreSQL ${theirs}; this Winnow brings PostgreSQL ${ours}. Move it over with pg_dump of version ${theirs}, or choose an empty folder with WINNOW_DATA_DIR.`,
    );
  }
  if (!canEnter(account, path.dirname(folder))) {
    throw new Error(
      `PostgreSQL runs as uid ${account?.uid} here, and that user may not enter ${path.dirname(folder)}. Let it (chmod o+x on that folder and those above it), or choose another data folder with WINNOW_DATA_DIR.`,
    );
  }
}

/**
 * Makes a new cluster for a data folder.
 * @param elsewhere gives a parent folder for it when the account cannot enter the data folder; the data folder then
 *   gets a symbolic link.
 * @returns the cluster's real path.
 */
export async function createCluster(
  dataDir: string,
  binaries: Binaries,
  account: Account | null,
  elsewhere: () => Promise<string>,
): Promise<string> {
  const entry = path.join(dataDir, CLUSTER);
  const inside = canEnter(account, dataDir);
  const folder = inside ? entry : path.join(await elsewhere(), `cluster-${randomBytes(8).toString('hex')}`);
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(`${CLUSTER}.new-`))
      await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
  // Made aside and renamed: an initdb that was interrupted must not look like a cluster.
  const aside = inside ? `${entry}.new-${randomBytes(6).toString('hex')}` : `${folder}.new`;
  const password = randomBytes(24).toString('base64url');
  try {
    await makePrivateFolder(aside, account);
    await initialize(binaries, aside, password, account);
    await writeFile(path.join(dataDir, PASSWORD), password, { mode: 0o600 });
    await rename(aside, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  if (!inside) await symlink(folder, entry);
  return realpath(folder);
}

async function makePrivateFolder(folder: string, account: Account | null): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  if (account !== null) await chown(folder, account.uid, account.gid);
}

async function initialize(binaries: Binaries, folder: string, password: string, account: Account | null) {
  const passwordFile = `${folder}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  try {
    if (account !== null) await chown(passwordFile, account.uid, account.gid);
    const options = [
      `--pgdata=${folder}`,
      `--username=${SUPER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same sorting and the same letters on every system; the C library's C.UTF-8 does not exist on all.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ];
    const child = spawn(binaries.initdb, options, {
      ...account,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [errors, code] = await Promise.all([
      text(child.stderr),
      new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
    ]);
    if (code !== 0)
      throw new Error(`The embedded database could not be created in ${folder}:\n${errors.trim()}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}
