import type { Logger } from '@winnow/logger';
import { pause } from './deadline.ts';
import type { Doorbell } from './doorbell.ts';
import type { QueueName } from './names.ts';
import { createOutageLog } from './outage.ts';

/** Several workers reconcile; the jitter keeps them from asking Postgres in the same instant for ever. */
const JITTER = 0.25;

/** A ring should be heard by then; the first of the times after which work that is still found is rung for anew. */
const HEARD_WITHIN_MS = 5000;

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
 *
 * Rings for the same work are one job, so that they do not pile up. But that job may be stuck: in the hands of a worker
 * that was killed while its host's clock was an hour ahead, for one. So work that is found again and again is rung for
 * under another name: after 5 s, then after 10 s, 20 s and so on.
 * @returns `stop`, which waits for the run in hand.
 */
export function startReconciler(options: ReconcilerOptions): { stop(): Promise<void> } {
  const outage = createOutageLog(options.logger, 'The database, as seen by the reconciler,');
  const stopping = new AbortController();
  /** Since when each has been found at every look. */
  let foundSince: ReadonlyMap<string, number> = new Map();

  async function reconcile(): Promise<void> {
    const unattended = await options.find();
    outage.recovered();
    const before = foundSince;
    const now = performance.now();
    foundSince = new Map(unattended.map((each) => [keyOf(each), before.get(keyOf(each)) ?? now]));
    for (const each of unattended) {
      if (stopping.signal.aborted) return;
      const once = nameOfRing(now - (foundSince.get(keyOf(each)) ?? now));
      const rung = await options.doorbell.ring(each.queue, each.id, { once });
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

const keyOf = ({ queue, id }: Unattended): string => `${queue}:${id}`;

/** The same in all processes, more or less, so that they ring for one job together. */
function nameOfRing(foundForMs: number): string {
  const anew = Math.floor(Math.log2(foundForMs / HEARD_WITHIN_MS + 1));
  return anew === 0 ? 'reconcile' : `reconcile-${anew}`;
}
