import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completePackage, prepareBinaries } from './binaries.ts';

const run = promisify(execFile);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'winnow-binaries-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** The package as npm unpacks it when no install script may run: without symbolic links, and here without rights. */
async function unpackWithoutScripts(): Promise<void> {
  const { postgres } = await prepareBinaries(null, () => Promise.reject(new Error('no copy is needed here')));
  const native = path.resolve(postgres, '../..');
  for (const part of ['bin', 'lib']) {
    await cp(path.join(native, part), path.join(folder, 'native', part), {
      recursive: true,
      verbatimSymlinks: true,
      filter: async (source) => !(await lstat(source)).isSymbolicLink(),
    });
  }
  await cp(path.join(native, 'pg-symlinks.json'), path.join(folder, 'native/pg-symlinks.json'));
  const bin = path.join(folder, 'native/bin');
  for (const name of await readdir(bin)) await chmod(path.join(bin, name), 0o644);
}

describe.skipIf(process.platform === 'win32')('completePackage', () => {
  it('makes the programs run although no install script did, for several processes at once', async () => {
    await unpackWithoutScripts();
    const initdb = path.join(folder, 'native/bin/initdb');
    await expect(run(initdb, ['--version'])).rejects.toThrow();
    await Promise.all([completePackage(folder), completePackage(folder), completePackage(folder)]);
    await completePackage(folder);
    expect((await run(initdb, ['--version'])).stdout).toMatch(/^initdb \(PostgreSQL\) 18\./);
  });
});
