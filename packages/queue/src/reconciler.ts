import type { Logger } from '@winnow/logger';
import { pause } from './deadline.ts';
import type { Doorbell } from './doorbell.ts';
import type { QueueName } from './names.ts';
import { createOutageLog } from './outage.ts';

/** Several workers reconcile; the jitter keeps them from asking Postgres in the same instant for ever. */
const JITTER = 0.25;

export interface Unattended {
  readonly queue: QueueName;
  readonly id: string;
}

export interface ReconcilerOptions {
  /** Pause between two runs. Milliseconds, plus or minus a quarter. */
  readonly everyMs: number;
  readonly logger: Logger;
  readonly doorbell: Doorbell;
  /** Everything in Postgres that has work and no worker, at this moment. */
  readonly find: () => Promise<readonly Unattended[]>;
}

/**
 * Rings for work that no queue item announces: the queue may lose everything it holds, and this is why nothing is lost.
 * Runs do not overlap, and a run that fails is tried again at the next turn.
 * @returns `stop`, which waits for the run in hand.
 */
export function startReconciler(options: ReconcilerOptions): { stop(): Promise<void> } {
  const outage = createOutageLog(options.logger, 'The database, as seen by the reconciler,');
  const stopping = new AbortController();

  async function reconcile(): Promise<void> {
    const unattended = await options.find();
    outage.recovered();
    for (const { queue, id } of unattended) {
      if (stopping.signal.aborted) return;
      const rung = await options.doorbell.ring(queue, id, { once: 'reconcile' });
      // The queue is away: the others would wait just as long, and the next run asks Postgres again.
      if (!rung) return;
    }
    if (unattended.length > 0) options.logger.debug({ rung: unattended.length }, 'rang for unattended work');
  }

  async function keepReconciling(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(options.everyMs * (1 - JITTER + 2 * JITTER * Math.random()), stopping.signal);
      if (stopping.signal.aborted) return;
      await reconcile().catch(outage.failed);
    }
  }

  const run = keepReconciling();
  return {
    async stop() {
      stopping.abort();
      await run;
    },
  };
}
