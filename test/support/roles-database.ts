import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Db } from '@winnow/db';
import { inject } from 'vitest';
import { onServer } from './admin-connection.ts';
import { atFileEnd } from './file-end.ts';
import { runWinnow } from './winnow.ts';

const FILES = new URL('../../infra/postgres/', import.meta.url);
const ROLES = ['winnow_migrate', 'winnow_api', 'winnow_worker', 'winnow_monitor'] as const;
export type Role = (typeof ROLES)[number];
const PASSWORD = 'roles';

export interface RolesDatabase {
  /** The URL for the role; that of the superuser without one. */
  urlOf(role?: Role): string;
  /** A pool of `winnow_migrate`, who owns everything. */
  readonly owner: Db;
  /** Runs statements as the role. @returns the SQLSTATE of what was refused; undefined when nothing was. */
  attempt(role: Role, statement: string): Promise<string | undefined>;
}

/** A file of infra/postgres. */
export const readRolesFile = (name: string): Promise<string> => readFile(new URL(name, FILES), 'utf8');

/** A database made as docs/operations.md says: roles, migration by the owner, grants. */
export async function createRolesDatabase(): Promise<RolesDatabase> {
  const server = inject('postgresUrl');
  const name = `roles_${randomBytes(4).toString('hex')}`;
  const here = (user?: Role) => {
    const url = new URL(server);
    url.pathname = `/${name}`;
    if (user) [url.username, url.password] = [user, PASSWORD];
    return url.href;
  };
  await onServer(server, (sql) => sql(`create database ${name}`));
  atFileEnd(name, () =>
    onServer(server, async (sql) => void (await sql(`drop database ${name} with (force)`))),
  );
  await onServer(here(), async (sql) => {
    await sql(await readRolesFile('roles.sql'));
    for (const role of ROLES) await sql(`alter role ${role} password '${PASSWORD}'`);
  });
  const migrated = await runWinnow(['migrate'], {
    DATABASE_URL: here('winnow_migrate'),
    PATH: process.env.PATH ?? '',
  });
  if (migrated.code !== 0) throw new Error(migrated.stderr);
  await onServer(here('winnow_migrate'), async (sql) => {
    const grants = await readRolesFile('grants.sql');
    await sql(grants);
    await sql(grants);
  });
  const owner = connect({
    connectionString: here('winnow_migrate'),
    applicationName: 'winnow-test',
    poolSize: 2,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  atFileEnd('owner', () => owner.destroy());
  return {
    urlOf: here,
    owner,
    attempt: (role, statement) =>
      onServer(here(role), (sql) => sql(statement)).then(
        () => undefined,
        (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
      ),
  };
}
