import { connect, type Db, type Trx } from '@winnow/db';

/** Somebody else's transaction, which is open until it is let go. */
export interface OtherTransaction {
  readonly trx: Trx;
  /** Rolls it back, and ends its connection. */
  letGo(): Promise<void>;
}

/** Begins a transaction of a session of its own. */
export async function beginElsewhere(url: string): Promise<OtherTransaction> {
  const db: Db = connect({
    connectionString: url,
    applicationName: 'winnow-test-other',
    poolSize: 1,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  const trx = await db.startTransaction().execute();
  let over = false;
  return {
    trx,
    async letGo() {
      if (over) return;
      over = true;
      await trx.rollback().execute();
      await db.destroy();
    },
  };
}
