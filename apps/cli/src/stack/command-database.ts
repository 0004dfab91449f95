import path from 'node:path';
import type { Db } from '@winnow/db';
import { findRunningPostgres } from '@winnow/embedded';
import type { CommandContext } from '../command-context.ts';
import { bootstrap } from './bootstrap.ts';
import { withDb } from './database-access.ts';
import { startEmbeddedDatabase } from './embedded-database.ts';
import { baseUrl } from './listen-address.ts';
import { migrateAll } from './migrate-all.ts';

/**
 * Gives a command its database: that of DATABASE_URL; without it the embedded one of the data folder, as it runs there or
 * started for as long as the command takes (migrated, and with a first organization when it is new).
 */
export async function withDatabase<T>(
  { config, screen }: CommandContext,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  if (config.DATABASE_URL !== undefined) return work(config.DATABASE_URL);
  const dataDir = path.resolve(config.WINNOW_DATA_DIR);
  const running = await findRunningPostgres(dataDir);
  if (running !== null) return work(running.url);

  screen.note(`Starting the database in ${dataDir} for this command …`);
  const postgres = await startEmbeddedDatabase(dataDir);
  try {
    await migrateAll(config, postgres.url);
    const url = baseUrl(config.HOST, config.PORT);
    await withDb(postgres.url, (db) => bootstrap(db, { dataDir, baseUrl: url, ownsDatabase: true }));
    return await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

/** The same with a pool on it, for commands that ask a few questions. */
export function inDatabase<T>(context: CommandContext, work: (db: Db) => Promise<T>): Promise<T> {
  return withDatabase(context, (databaseUrl) => withDb(databaseUrl, work));
}
