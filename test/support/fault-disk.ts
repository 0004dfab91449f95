import { spawnSync } from 'node:child_process';
import { chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runWhenGone } from '@winnow/embedded';
import { atFileEnd } from './file-end.ts';
import { makeServerFolder } from './server-folder.ts';

/** A small file system of its own, which can be filled to the last byte. */
export interface SmallDisk {
  /** A folder on it that belongs to whom it was made for. */
  readonly folder: string;
  fill(): Promise<void>;
  /** Takes away what `fill` has put there. */
  clear(): Promise<void>;
}

/**
 * Mounts a file system in memory.
 * @param like a file or folder whose owner the folder gets.
 * @returns null where this process may not mount.
 */
export async function mountSmallDisk(megabytes: number, like: string): Promise<SmallDisk | null> {
  const place = await makeServerFolder('disk');
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', place.path]);
  if (status !== 0) {
    await place.remove();
    return null;
  }
  const lifeline = runWhenGone(['umount', '--lazy', place.path]);
  atFileEnd(`disk ${place.path}`, async () => {
    lifeline.cut();
    spawnSync('umount', ['--lazy', place.path]);
    await place.remove();
  });
  const { uid, gid } = await stat(like);
  const folder = path.join(place.path, 'data');
  await mkdir(folder, { mode: 0o700 });
  await chown(folder, uid, gid);
  const filling = path.join(place.path, 'filling');
  return {
    folder,
    async fill() {
      // Ends with ENOSPC, when there is nothing left.
      await writeFile(filling, Buffer.alloc(megabytes * 1024 * 1024)).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      });
    },
    clear: () => rm(filling, { force: true }),
  };
}
