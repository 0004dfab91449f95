import type { Logger } from '@winnow/logger';
import { watchFetches } from './attentive-backend.ts';
import { AbandonableWorker, isLostJob, WORKER_OPTIONS } from './bullmq-worker.ts';
import type { QueueName } from './names.ts';
import { openWorker } from './open-link.ts';
import type { OutageLog } from './outage.ts';
import type { QueueSettings } from './settings.ts';

/** One life of a queue worker: a BullMQ worker and its connections. */
export interface RunningWorker {
  /** Takes jobs until the worker is closed. @throws Error when it could not start; then it never can. */
  run(): Promise<void>;
  /** Takes no more jobs, and resolves when those in hand are acknowledged. While the queue is away, never. */
  close(): Promise<void>;
  /** Lets go of everything at once, without a word to the queue. */
  end(): void;
}

/** Opens connections and makes a worker that has not started yet. */
export function makeRunningWorker(
  settings: QueueSettings,
  options: {
    readonly queue: QueueName;
    readonly concurrency: number;
    readonly logger: Logger;
    readonly outage: OutageLog;
    readonly stopping: AbortSignal;
    readonly work: (data: unknown) => Promise<void>;
  },
): RunningWorker {
  const { logger, outage } = options;
  let ended = false;
  const onError = (error: Error) => {
    if (ended) return;
    if (isLostJob(error))
      logger.info({ reason: error.message }, 'a job is another worker’s now, or nobody’s');
    else outage.failed(error);
  };
  const link = openWorker(settings, onError);
  const worker = new AbandonableWorker(
    options.queue,
    (job) => options.work(job.data),
    { ...WORKER_OPTIONS, concurrency: options.concurrency },
    (name, backendOptions, extra) =>
      watchFetches(link.backendFactory(name, backendOptions, extra), {
        onFetch: outage.recovered,
        signal: options.stopping,
      }),
  );
  worker.on('error', onError);
  worker.on('stalled', (jobId) => logger.info({ jobId }, 'the job of a worker that is gone waits again'));

  return {
    async run() {
      await worker.waitUntilReady();
      await worker.run();
    },
    close: () => worker.close(),
    end() {
      ended = true;
      worker.close(true).catch(onError);
      worker.abandon();
      link.destroy();
    },
  };
}
