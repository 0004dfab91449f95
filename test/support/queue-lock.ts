import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import type { TestQueue } from './queue-backends.ts';

/** Keeps everybody from the queue's tables in Postgres. @returns what lets them at it again. */
export async function lockQueue(db: Db): Promise<() => Promise<void>> {
  let letGo = (): void => {};
  let held: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    held = db
      .transaction()
      .execute(async (holder) => {
        const { rows } = await sql<{ name: string }>`
          select tablename as name from pg_tables where schemaname = 'bullmq'
        `.execute(holder);
        for (const { name } of rows)
          await sql`lock table ${sql.id('bullmq', name)} in access exclusive mode`.execute(holder);
        const released = new Promise<void>((release) => {
          letGo = release;
        });
        resolve();
        await released;
      })
      .catch(reject);
  });
  return () => {
    letGo();
    return held;
  };
}

/** Does the work while nobody gets an answer from the queue: what is done meanwhile cannot be acknowledged. */
export async function whileQueueIsSilent<T>(queue: TestQueue, db: Db, work: () => Promise<T>): Promise<T> {
  const { redis } = queue;
  if (redis) {
    const { pid } = redis;
    process.kill(pid, 'SIGSTOP');
    return work().finally(() => process.kill(pid, 'SIGCONT'));
  }
  const unlock = await lockQueue(db);
  return work().finally(unlock);
}
