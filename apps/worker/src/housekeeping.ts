import { setTimeout as pause } from 'node:timers/promises';
import { type EngineDeps, expireLongPaused, keepArchive } from '@winnow/bulk-delete';
import { deleteExpiredIdempotencyKeys, deleteOldDeliveries } from '@winnow/db';

const EVERY_MS = 60_000;
/** Rows of one statement: a small one holds nobody up. */
const PORTION = 1000;

export interface Housekeeping {
  /** Takes up nothing more. @returns when what it was at is done. */
  stop(): Promise<void>;
}

/** Takes away or ends what has expired, once a minute, in portions. Whoever looks such a row up passes over it before. */
export function startHousekeeping({
  engine,
  keepDeliveriesMs,
}: {
  readonly engine: EngineDeps;
  /** How long the record of a finished delivery is kept. */
  readonly keepDeliveriesMs: number;
}): Housekeeping {
  const { db, logger } = engine;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function sweep(): Promise<void> {
    while (!signal.aborted && (await deleteExpiredIdempotencyKeys(db, PORTION)) === PORTION);
    const old = { olderThanMs: keepDeliveriesMs, limit: PORTION };
    while (!signal.aborted && (await deleteOldDeliveries(db, old)) === PORTION);
    if (!signal.aborted) await expireLongPaused(engine);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      for (const chore of [sweep, () => keepArchive(engine, signal)]) {
        await chore().catch((error: unknown) => logger.warn({ err: error }, 'housekeeping failed'));
      }
      await pause(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
