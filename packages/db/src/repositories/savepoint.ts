import { sql } from 'kysely';
import type { Trx } from '../transaction.ts';

/**
 * Runs `work` so that its failure undoes only what it did: the transaction goes on behind it.
 * @throws what `work` threw.
 */
export async function withSavepoint<T>(trx: Trx, work: () => Promise<T>): Promise<T> {
  await sql`savepoint winnow_step`.execute(trx);
  try {
    const result = await work();
    await sql`release savepoint winnow_step`.execute(trx);
    return result;
  } catch (error) {
    await sql`rollback to savepoint winnow_step`.execute(trx);
    await sql`release savepoint winnow_step`.execute(trx);
    throw error;
  }
}
