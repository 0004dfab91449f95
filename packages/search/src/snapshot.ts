import { boundSearch, type Db, errorCode, type Trx } from '@winnow/db';
import type { SearchSettings } from './settings.ts';

/** SQLSTATE `query_canceled`: the statement timeout. */
const QUERY_CANCELED = '57014';

/** A search took longer than its settings allow. The same request would take as long again. */
export class SearchTimeoutError extends Error {
  readonly seconds: number;

  constructor({ timeoutMs }: SearchSettings) {
    super('the search took too long');
    this.name = 'SearchTimeoutError';
    this.seconds = timeoutMs / 1000;
  }
}

/** One state of the database, to be read for a bounded time. */
export interface Snapshot {
  readonly trx: Trx;
  /**
   * Leaves the next statement only what is left of the time. To be awaited before each that can be slow.
   * @throws SearchTimeoutError when nothing is left.
   */
  bound(): Promise<void>;
}

/**
 * Reads in one state of the database, bounded in time: what is found, what is counted and what is shown agree.
 * @throws SearchTimeoutError
 */
export async function inSnapshot<Result>(
  db: Db,
  settings: SearchSettings,
  work: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  try {
    return await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((trx) => {
        const begun = performance.now();
        const bound = async () => {
          const leftMs = Math.ceil(settings.timeoutMs - (performance.now() - begun));
          // 0 would mean no timeout at all.
          if (leftMs <= 0) throw new SearchTimeoutError(settings);
          await boundSearch(trx, { statementTimeoutMs: leftMs });
        };
        return work({ trx, bound });
      });
  } catch (error) {
    if (errorCode(error) === QUERY_CANCELED) throw new SearchTimeoutError(settings);
    throw error;
  }
}
