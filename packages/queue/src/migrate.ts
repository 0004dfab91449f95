import { runMigrations } from 'bullmq';
import pg from 'pg';
import { QUEUE_SCHEMA } from './postgres-link.ts';
import type { QueueSettings } from './settings.ts';

/**
 * Makes or upgrades the tables of the queue, in one transaction behind an advisory lock, so that several processes may
 * call it at once. Nothing to do for Redis.
 * @throws Error of the database; then nothing has changed.
 */
export async function migrateQueue(settings: QueueSettings): Promise<void> {
  if (settings.backend === 'redis') return;
  const client = new pg.Client({
    connectionString: settings.databaseUrl,
    application_name: 'winnow-queue-migrate',
  });
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    await client.end();
  }
}
