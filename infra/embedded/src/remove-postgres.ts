import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { findAccount } from './account.ts';
import { prepareBinaries } from './binaries.ts';
import { findCluster, isRelocated } from './cluster.ts';
import { takeDataFolder } from './data-folder-owner.ts';
import { stopLeftoverServer } from './postmaster-file.ts';
import { findOtherPlace } from './system-folder.ts';

/** `postgres`, its drafts, `postgres.log`, `postgres.password`, and copies of the programs. */
const OURS = /^(postgres($|\.)|postgresql-)/;

/**
 * Removes the database of a data folder, also where its cluster had to be put elsewhere, and all else that
 * `startPostgres` made there. Other files stay; without such a folder there is nothing to do.
 * @throws when a running Winnow has it.
 */
export async function removePostgres(folder: string): Promise<void> {
  const dataDir = path.resolve(folder);
  if ((await stat(dataDir).catch(() => null)) === null) return;
  const giveBack = await takeDataFolder(dataDir);
  try {
    const cluster = await findCluster(dataDir).catch(() => null);
    if (cluster !== null) {
      const account = await findAccount(cluster);
      const binaries = await prepareBinaries(account, () => findOtherPlace(dataDir, account));
      await stopLeftoverServer(cluster, binaries, account);
      if (isRelocated(cluster)) await rm(cluster, { recursive: true, force: true });
    }
    for (const name of (await readdir(dataDir)).filter((entry) => OURS.test(entry))) {
      await rm(path.join(dataDir, name), { recursive: true, force: true });
    }
  } finally {
    await giveBack();
  }
}
