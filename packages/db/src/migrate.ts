import { readdir, readFile } from 'node:fs/promises';
import { type Migration, type MigrationProvider, Migrator, sql } from 'kysely';
import type { Db } from './connection.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/**
 * Longest wait of a migration for a table that others use: everybody else waits behind it for as long. The wait for another
 * process that migrates is not meant. Milliseconds.
 */
export const MIGRATION_LOCK_TIMEOUT_MS = 60_000;

const sqlFiles: MigrationProvider = {
  async getMigrations() {
    const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql'));
    const migrations: Record<string, Migration> = {};
    for (const name of names) {
      const text = await readFile(new URL(name, FOLDER), 'utf8');
      migrations[name.replace(/\.sql$/, '')] = {
        async up(db) {
          await sql`select set_config('lock_timeout', ${String(MIGRATION_LOCK_TIMEOUT_MS)}, true)`.execute(
            db,
          );
          await sql.raw(text).execute(db);
        },
      };
    }
    return migrations;
  },
};

/**
 * Brings the schema up to date: numbered, forward only, one transaction. Safe to run by several processes at once:
 * Kysely's migrator holds an advisory lock, and the late ones find nothing to do.
 * @returns the names of the migrations that this call applied.
 * @throws the database's error; then nothing has changed.
 */
export async function migrateToLatest(db: Db): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: sqlFiles });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  return (results ?? [])
    .filter((result) => result.status === 'Success')
    .map((result) => result.migrationName);
}
