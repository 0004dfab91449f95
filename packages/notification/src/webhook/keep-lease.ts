import { setTimeout as pause } from 'node:timers/promises';
import { renewLease } from '@winnow/db';
import type { NotificationDeps } from '../deps.ts';

/** A killed worker's subscriptions wait so long for another. */
export const LEASE_MS = 7000;
/** So that two renewals may fail or be late before the lease is lost. */
const RENEW_EVERY_MS = 2000;

/**
 * Renews the lease of a turn for as long as this process has it and lives. While the database is away the lease runs
 * out, and nothing is written under it any more.
 * @param turn.stop called when the lease is somebody else's.
 * @returns what ends it.
 */
export function keepLease(
  deps: Pick<NotificationDeps, 'db' | 'logger'>,
  lease: { readonly id: string; readonly leaseNo: number },
  turn: { stop(): void },
): () => void {
  const ended = new AbortController();
  const { signal } = ended;

  async function renew(): Promise<void> {
    while (!signal.aborted) {
      await pause(RENEW_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        if (!(await renewLease(deps.db, lease, LEASE_MS))) return turn.stop();
      } catch (error) {
        deps.logger.debug({ err: error, subscriptionId: lease.id }, 'a lease could not be renewed');
      }
    }
  }

  void renew();
  return () => ended.abort();
}
