import type { Logger } from '@winnow/logger';
import type { QueueName } from './names.ts';
import { createOutageLog } from './outage.ts';
import { makeJobId, makePayload, RingError } from './payload.ts';
import { createProducer } from './producer.ts';
import type { QueueSettings } from './settings.ts';

export interface RingOptions {
  /** Not to be worked on before this many milliseconds have passed. */
  readonly delayMs?: number;
  /**
   * A suffix: while a job `${id}-${once}` waits or is in hand, further rings with it are ignored (and answer true).
   * A ring that comes while the job is in hand is thus lost; who needs every ring heard leaves this out.
   */
  readonly once?: string;
}

/** Tells workers that a row of Postgres wants attention. It is never the only one who knows: see the reconciler. */
export interface Doorbell {
  /** Never throws and never waits longer than `enqueueTimeoutMs`; false when the queue did not take it. */
  ring(queue: QueueName, id: string, options?: RingOptions): Promise<boolean>;
  close(): Promise<void>;
}

/** What a readiness probe asks. */
export interface QueueHealth {
  /** Whether the queue answers within `enqueueTimeoutMs`. Never throws. */
  checkHealth(): Promise<boolean>;
}

/**
 * Opens a doorbell. Nothing is awaited: the queue may be away now and come back later, without a new doorbell.
 * @param logger gets one warning an outage, not one a ring.
 */
export function createDoorbell(settings: QueueSettings, logger: Logger): Doorbell & QueueHealth {
  const outage = createOutageLog(logger, 'The queue');
  const producer = createProducer(settings, (error) => logger.debug({ err: error }, 'queue connection'));
  const ringing = new Set<Promise<boolean>>();
  let closed = false;

  async function attempt(request: () => Promise<void>): Promise<boolean> {
    if (closed) return false;
    try {
      await request();
      outage.recovered();
      return true;
    } catch (error) {
      if (error instanceof RingError) logger.error({ err: error }, 'a ring that no worker could understand');
      else outage.failed(error);
      return false;
    }
  }

  return {
    async ring(queue, id, options = {}) {
      const rung = attempt(async () => {
        const payload = makePayload(id);
        const jobId = options.once === undefined ? undefined : makeJobId(id, options.once);
        await producer.add(queue, payload, { delayMs: options.delayMs ?? 0, jobId });
      });
      ringing.add(rung);
      try {
        return await rung;
      } finally {
        ringing.delete(rung);
      }
    },
    checkHealth: () => attempt(() => producer.check()),
    async close() {
      closed = true;
      await Promise.all(ringing);
      await producer.close();
    },
  };
}
