import path from 'node:path';
import { findCluster, readPassword } from './cluster.ts';
import { connectionUrl } from './connection-url.ts';
import { findOwner } from './data-folder-owner.ts';
import { readPostmasterFile } from './postmaster-file.ts';

/**
 * The embedded PostgreSQL that a running Winnow keeps in a data folder, for a command that wants to use it meanwhile.
 * @returns the super user's connection string, or null when none runs there or it does not take connections yet.
 */
export async function findRunningPostgres(
  folder: string,
): Promise<{ readonly url: string; readonly pid: number; readonly ownerPid: number } | null> {
  const dataDir = path.resolve(folder);
  const ownerPid = await findOwner(dataDir);
  if (ownerPid === null) return null;
  const cluster = await findCluster(dataDir);
  const server = cluster === null ? null : await readPostmasterFile(cluster);
  if (server?.status !== 'ready') return null;
  return { url: connectionUrl(await readPassword(dataDir), server.port), pid: server.pid, ownerPid };
}
