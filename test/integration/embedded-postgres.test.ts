import { readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type EmbeddedPostgres,
  findRunningPostgres,
  type PostgresOptions,
  removePostgres,
  startPostgres,
} from '@winnow/embedded';
import { beforeEach, describe, expect, it } from 'vitest';
import { onServer } from '../support/admin-connection.ts';
import { atFileEnd } from '../support/file-end.ts';
import { spawnScript } from '../support/processes.ts';
import { makeServerFolder } from '../support/server-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const OWNER = 'test/integration/embedded-postgres-process.ts';
const asRoot = process.getuid?.() === 0;

let dataDir: string;

beforeEach(async () => {
  const folder = await makeServerFolder('embedded');
  atFileEnd(`data folder ${folder.path}`, folder.remove);
  dataDir = path.join(folder.path, 'winnow');
});

async function start(options: Partial<PostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ dataDir, durable: false, ...options });
  atFileEnd(`embedded server ${server.pid}`, () => server.stop('immediate'));
  return server;
}

async function writeNote(url: string, note: string): Promise<void> {
  await onServer(url, async (sql) => {
    await sql('create table if not exists note (text text not null)');
    await sql('insert into note values ($1)', [note]);
  });
}

async function readNotes(url: string): Promise<unknown[]> {
  return onServer(url, async (sql) => (await sql('select text from note')).map((row) => row.text));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still has its number: in a container nobody may collect it.
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function waitUntilGone(pid: number): Promise<void> {
  await waitFor(() => !isAlive(pid), { what: `process ${pid} to end` });
}

async function spawnOwner() {
  const owner = await spawnScript(OWNER, { ready: 'owner ready', args: [dataDir] });
  return { ...owner, url: String(owner.line.url), serverPid: Number(owner.line.serverPid) };
}

/** The direct children of a process that run the given program. */
async function findChildren(parent: number, program: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const line = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (line.includes(`(${program}) `) && line.split(') ')[1]?.split(' ')[1] === String(parent))
      found.push(Number(name));
  }
  return found;
}

describe('the embedded PostgreSQL', () => {
  it('finds its data again at the second start, and lets nobody in without the password', async () => {
    const first = await start({ durable: true });
    await writeNote(first.url, 'kept');
    await first.stop();
    await waitUntilGone(first.pid);
    const second = await start({ durable: true });
    expect(await readNotes(second.url)).toEqual(['kept']);
    const stranger = new URL(second.url);
    stranger.password = 'guess';
    await expect(readNotes(stranger.href)).rejects.toThrow('password authentication failed');
    expect((await stat(path.join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
    await second.stop();
  });

  it('sorts, folds and matches letters beyond ASCII, the same on every system', async () => {
    const server = await start();
    const [row] = await onServer(server.url, (sql) =>
      sql(`select upper('äé') as upper, 'é' ~ '[[:alnum:]]' as letter, 'Z' < 'a' as by_code_point,
           current_setting('server_encoding') as encoding, current_setting('timezone') as zone`),
    );
    expect(row).toEqual({ upper: 'ÄÉ', letter: true, by_code_point: true, encoding: 'UTF8', zone: 'UTC' });
    await server.stop();
  });

  it('keeps its port and its data through a restart and through a crash', async () => {
    const server = await start();
    const pids = [server.pid];
    for (const mode of ['fast', 'immediate'] as const) {
      await writeNote(server.url, mode);
      await server.restart(mode);
      pids.push(server.pid);
    }
    expect(await readNotes(server.url)).toEqual(['fast', 'immediate']);
    expect(new URL(server.url).port).toBe(String(server.port));
    expect(new Set(pids).size).toBe(3);
    await server.stop();
    await server.stop();
  });

  it('refuses the folder of another major version and names both', async () => {
    const server = await start();
    await server.stop();
    const versionFile = path.join(dataDir, 'postgres', 'PG_VERSION');
    await writeFile(versionFile, '14\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 14; this Winnow brings PostgreSQL 18/);
    await writeFile(versionFile, '18\n');
    await (await start()).stop();
  });

  it('refuses a folder that a running Winnow has, without disturbing that one', async () => {
    const server = await start();
    await expect(start()).rejects.toThrow(`is in use by a running Winnow (process ${process.pid})`);
    await expect(removePostgres(dataDir)).rejects.toThrow('in use');
    await writeNote(String((await findRunningPostgres(dataDir))?.url), 'undisturbed');
    expect(await readNotes(server.url)).toEqual(['undisturbed']);
    await server.stop();
    expect(await findRunningPostgres(dataDir)).toBeNull();
  });

  it('lets only one of several starters have the folder, also when its last owner died', async () => {
    await mkdir(dataDir);
    await writeFile(path.join(dataDir, 'winnow.owner'), `${process.pid} 1`);
    const starts = await Promise.allSettled([start(), start(), start()]);
    const servers = starts.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(servers).toHaveLength(1);
    await servers[0]?.stop();
  });

  it('starts although a lock file of a dead server names the process of another program', async () => {
    const server = await start();
    await server.stop();
    const cluster = path.join(dataDir, 'postgres');
    await writeFile(
      path.join(cluster, 'postmaster.pid'),
      `${process.pid}\n${cluster}\n1\n5\n\n127.0.0.1\n\nready\n`,
    );
    const second = await start();
    expect(second.pid).not.toBe(process.pid);
    await second.stop();
  });

  it('shows what the server said when it does not start, and frees the folder', async () => {
    await expect(start({ settings: { shared_buffers: 'plenty' } })).rejects.toThrow(/shared_buffers/);
    await (await start()).stop();
  });

  it('says that the data is gone when the cluster is not where the folder points', async () => {
    await mkdir(dataDir);
    await symlink('/nonexistent/cluster', path.join(dataDir, 'postgres'));
    await expect(start()).rejects.toThrow('is gone');
  });
});

describe('the embedded PostgreSQL of a process that ends', () => {
  it('survives the Ctrl-C that its owner handles, and ends when the owner does', async () => {
    const owner = await spawnOwner();
    process.kill(-owner.pid, 'SIGINT');
    await waitFor(() => owner.output().includes('interrupted'), { what: 'the owner to get the signal' });
    await writeNote(owner.url, 'after Ctrl-C');
    expect(await readNotes(owner.url)).toEqual(['after Ctrl-C']);
    owner.kill('SIGTERM');
    await owner.exited;
    await waitUntilGone(owner.serverPid);
    const next = await start();
    expect(await readNotes(next.url)).toEqual(['after Ctrl-C']);
    await next.stop();
  });

  it('ends by itself when its owner is killed', async () => {
    const owner = await spawnOwner();
    owner.kill('SIGKILL');
    await waitUntilGone(owner.serverPid);
  });

  it.skipIf(process.platform !== 'linux')(
    'is taken over by the next start when it was orphaned',
    async () => {
      const owner = await spawnOwner();
      await writeNote(owner.url, 'orphaned');
      for (const shell of await findChildren(owner.pid, 'sh')) process.kill(shell, 'SIGKILL');
      owner.kill('SIGKILL');
      await owner.exited;
      expect(isAlive(owner.serverPid)).toBe(true);
      const next = await start();
      expect(isAlive(owner.serverPid)).toBe(false);
      expect(await readNotes(next.url)).toEqual(['orphaned']);
      await next.stop();
    },
  );
});

describe.skipIf(!asRoot)('the embedded PostgreSQL started by root', () => {
  it('runs under another user', async () => {
    const server = await start();
    expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
    await server.stop();
  });

  it('puts the cluster elsewhere when that user cannot enter the folder, finds it again, and removes it', async () => {
    await mkdir(dataDir, { mode: 0o700 });
    const first = await start();
    await writeNote(first.url, 'out of reach');
    await first.stop();
    const cluster = await readlink(path.join(dataDir, 'postgres'));
    const second = await start();
    expect(await readNotes(second.url)).toEqual(['out of reach']);
    await second.stop();
    await removePostgres(dataDir);
    await expect(stat(cluster)).rejects.toThrow('ENOENT');
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('says what to do when the folder has become one that the user cannot enter', async () => {
    const server = await start();
    await server.stop();
    await chmod(dataDir, 0o700);
    await expect(start()).rejects.toThrow('chmod o+x');
    await chmod(dataDir, 0o755);
  });
});
