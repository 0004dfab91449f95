import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removePostgres, runWhenGone } from '@winnow/embedded';

/** Waits until the server that the folder holds has ended (at most ten seconds), then removes it. */
const REMOVE_LATER =
  'i=0; while [ -e "$1/postgres/postmaster.pid" ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done; rm -rf "$1"';

/** A data folder that is gone when the demo is, however it ends. */
export interface DemoFolder {
  readonly path: string;
  /** Call it when nothing runs in it any more. */
  remove(): Promise<void>;
}

export async function createDemoFolder(): Promise<DemoFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'winnow-demo-'));
  // As root, PostgreSQL runs under another user, who must be able to enter. Keys and logs in it have their own modes.
  await chmod(folder, 0o755);
  const lifeline = runWhenGone(['/bin/sh', '-c', REMOVE_LATER, 'sh', folder]);
  return {
    path: folder,
    async remove() {
      await removePostgres(folder);
      await rm(folder, { recursive: true, force: true });
      lifeline.cut();
    },
  };
}
