import { boundTransaction, type Db, errorCode, type Trx } from '@winnow/db';

/** SQLSTATE of a statement that took too long, and of a lock that somebody else held for too long. */
const OUT_OF_TIME: ReadonlySet<string> = new Set(['57014', '55P03']);

/** A moment that reading must not go beyond. */
export interface Deadline {
  /** At least 1: for Postgres, 0 means without end. Milliseconds. */
  remainingMs(): number;
}

/** @param ms from now. */
export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  return { remainingMs: () => Math.max(1, Math.floor(end - performance.now())) };
}

/**
 * Reads in one read-only transaction, of one moment, until the deadline: neither a slow statement nor a table that
 * somebody else has locked holds the caller for longer.
 * @param work is given the transaction, and a function that is called between two statements, so that the next gets
 *   no more than the time that is left.
 * @returns false when there was not enough time: what `work` has noted by then holds.
 * @throws the database's error for anything else.
 */
export async function readWithin(
  db: Db,
  deadline: Deadline,
  work: (trx: Trx, bindAgain: () => Promise<void>) => Promise<void>,
): Promise<boolean> {
  try {
    await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (trx) => {
        const bind = () => {
          const ms = deadline.remainingMs();
          return boundTransaction(trx, {
            statementTimeoutMs: ms,
            lockTimeoutMs: ms,
            idleTimeoutMs: ms + GRACE_MS,
          });
        };
        await bind();
        await work(trx, bind);
      });
    return true;
  } catch (error) {
    if (OUT_OF_TIME.has(errorCode(error))) return false;
    throw error;
  }
}

/** A session may wait a little between two statements for a process that is busy. */
export const GRACE_MS = 10_000;
