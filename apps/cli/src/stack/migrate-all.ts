import type { Config } from '@winnow/config';
import { migrateToLatest } from '@winnow/db';
import { migrateQueue, queueSettings } from '@winnow/queue';
import { withDb } from './database-access.ts';

/**
 * Brings the tables of the data and of the queue up to date. Safe beside other processes that do the same.
 * @returns names of the migrations that this call applied.
 */
export async function migrateAll(config: Config, databaseUrl: string): Promise<readonly string[]> {
  const applied = await withDb(databaseUrl, migrateToLatest);
  await migrateQueue(queueSettings({ ...config, DATABASE_URL: databaseUrl }));
  return applied;
}
