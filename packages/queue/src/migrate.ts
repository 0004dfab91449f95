import { runMigrations } from 'bullmq';
import pg from 'pg';
import { QUEUES } from './names.ts';
import { QUEUE_SCHEMA } from './postgres-link.ts';
import type { QueueSettings } from './settings.ts';

export const CONNECT_TIMEOUT_MS = 10_000;
/** It is quick; what takes time is to wait for another process that does the same. Milliseconds. */
export const MIGRATION_TIMEOUT_MS = 60_000;
const ANSWER_SLACK_MS = 5000;

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
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: MIGRATION_TIMEOUT_MS,
    query_timeout: MIGRATION_TIMEOUT_MS + ANSWER_SLACK_MS,
  });
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
    await createSequences(client);
  } finally {
    await client.end();
  }
}

/**
 * BullMQ makes the sequence of a queue's job ids with the first job: whoever rings first would have to own it. So it is
 * made here, by taking a first number.
 */
async function createSequences(client: pg.Client): Promise<void> {
  await client.query(`set search_path to ${pg.escapeIdentifier(QUEUE_SCHEMA)}`);
  for (const queue of Object.values(QUEUES)) await client.query('select next_job_id($1)', [queue]);
}
