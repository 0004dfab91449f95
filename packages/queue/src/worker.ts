import type { Logger } from '@winnow/logger';
import { pause } from './deadline.ts';
import type { QueueName } from './names.ts';
import { createOutageLog } from './outage.ts';
import { readPayload } from './payload.ts';
import { makeRunningWorker, type RunningWorker } from './running-worker.ts';
import type { QueueSettings } from './settings.ts';

/** Before a worker that could not start, or that ended by itself, is made anew. */
const RESTART_PAUSE_MS = 1000;
/** Time for BullMQ to acknowledge its last jobs after the work in hand is done. */
export const ACKNOWLEDGE_MS = 1000;

export interface QueueWorkerOptions {
  readonly queue: QueueName;
  /** Jobs in hand at once. */
  readonly concurrency: number;
  readonly logger: Logger;
  /**
   * Does the work. It may be called twice for one ring, and at the same time for two rings of one id. What it throws is
   * logged and dropped: Postgres knows what is left to do, and the reconciler rings again.
   * The signal fires when the worker is told to stop: finish soon.
   */
  readonly process: (id: string, signal: AbortSignal) => Promise<void>;
}

export interface QueueWorker {
  /**
   * Takes no more jobs and waits for those in hand, at most `graceMs`, whether the queue answers or not. Never throws.
   * A job that is not done by then goes to another worker when its lock has run out.
   */
  close(graceMs: number): Promise<void>;
}

/** Takes jobs of one queue until it is closed. Nothing is awaited: the queue may be away now and come back later. */
export function createQueueWorker(settings: QueueSettings, options: QueueWorkerOptions): QueueWorker {
  const logger = options.logger.child({ queue: options.queue });
  const outage = createOutageLog(logger, 'The queue');
  const stopping = new AbortController();
  const inHand = new Set<Promise<void>>();
  let running: RunningWorker | undefined;
  let closing: Promise<void> | undefined;

  async function attend(id: string): Promise<void> {
    try {
      await options.process(id, stopping.signal);
    } catch (error) {
      logger.error({ err: error, id }, 'a job failed; the reconciler will ring for it again');
    }
  }

  async function work(data: unknown): Promise<void> {
    const payload = readPayload(data);
    if (payload === undefined) {
      logger.error('a job without a usable id was dropped');
      return;
    }
    const turn = attend(payload.id);
    inHand.add(turn);
    await turn;
    inHand.delete(turn);
  }

  /** BullMQ remembers a failed first connection for ever, so a worker that cannot start is thrown away. */
  async function keepRunning(): Promise<void> {
    const { queue, concurrency } = options;
    while (!stopping.signal.aborted) {
      try {
        running = makeRunningWorker(settings, {
          queue,
          concurrency,
          logger,
          outage,
          stopping: stopping.signal,
          work,
        });
        await running.run();
      } catch (error) {
        outage.failed(error);
      }
      if (stopping.signal.aborted) return;
      running?.end();
      await pause(RESTART_PAUSE_MS, stopping.signal);
    }
  }

  /** A fetch under way when the worker was told to stop may still bring a job, so one look is not enough. */
  async function waitUntilIdle(signal: AbortSignal): Promise<void> {
    do {
      await Promise.all(inHand);
      await pause(ACKNOWLEDGE_MS, signal);
    } while (inHand.size > 0 && !signal.aborted);
  }

  async function shutDown(graceMs: number): Promise<void> {
    stopping.abort();
    if (running === undefined) return;
    const enough = new AbortController();
    const closed = running.close().catch(outage.failed);
    await Promise.race([closed, waitUntilIdle(enough.signal), pause(graceMs, enough.signal)]);
    enough.abort();
    if (inHand.size > 0) logger.warn({ jobs: inHand.size, graceMs }, 'stopped with work in hand');
    running.end();
  }

  void keepRunning();
  return {
    close(graceMs) {
      closing ??= shutDown(graceMs);
      return closing;
    },
  };
}
