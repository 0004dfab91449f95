import { type IQueueBackend, type JobsOptions, Queue } from 'bullmq';
import { DeadlineError, within } from './deadline.ts';
import type { OnError, ProducerLink } from './link.ts';
import { QUEUES, type QueueName } from './names.ts';
import { openProducer } from './open-link.ts';
import type { JobPayload } from './payload.ts';
import type { QueueSettings } from './settings.ts';

export const CLOSE_TIMEOUT_MS = 1000;

/**
 * A finished doorbell job is worth nothing, and while it is kept, adding its id again is silently ignored.
 * Trying again is the reconciler's business, which knows from Postgres whether there is anything left to do.
 */
const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** BullMQ records every move of every job in a stream that nothing here reads. */
const KEPT_STREAM_EVENTS = 100;

type DoorbellQueue = Queue<JobPayload, void, string, JobPayload, void, string, IQueueBackend, object>;

interface OpenLink {
  readonly link: ProducerLink;
  readonly queues: Map<QueueName, DoorbellQueue>;
}

/** Everything here is bounded by `enqueueTimeoutMs`. */
export interface Producer {
  /** @throws Error when the queue did not take the job, as far as we know. */
  add(
    queue: QueueName,
    payload: JobPayload,
    options: { readonly delayMs: number; readonly jobId: string | undefined },
  ): Promise<void>;
  /** One round trip. @throws Error when there is no answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** BullMQ queues over one link, which is replaced when it cannot become ready or does not answer in time. */
export function createProducer(settings: QueueSettings, onError: OnError): Producer {
  let current: OpenLink | undefined;

  function drop(opened: OpenLink): void {
    if (current === opened) current = undefined;
    opened.link.destroy();
  }

  async function prepare(opened: OpenLink): Promise<void> {
    try {
      await opened.link.ready();
    } catch (error) {
      // BullMQ remembers a failed first connection to Postgres for ever.
      drop(opened);
      throw error;
    }
  }

  async function request(name: QueueName, ask: (queue: DoorbellQueue) => Promise<unknown>): Promise<void> {
    current ??= { link: openProducer(settings, onError), queues: new Map() };
    const opened = current;
    const answer = prepare(opened).then(() => ask(queueOf(opened, name)));
    try {
      await within(answer, settings.enqueueTimeoutMs, `asking the queue ${name}`);
    } catch (error) {
      // The connection may have died without a word: the next request must not wait on it again.
      if (error instanceof DeadlineError) drop(opened);
      throw error;
    }
  }

  function queueOf({ link, queues }: OpenLink, name: QueueName): DoorbellQueue {
    const known = queues.get(name);
    if (known) return known;
    const options = { connection: {}, streams: { events: { maxLen: KEPT_STREAM_EVENTS } } };
    const queue: DoorbellQueue = new Queue(name, options, () => link.backend.forQueue(name));
    queue.on('error', onError);
    queues.set(name, queue);
    return queue;
  }

  return {
    async add(name, payload, { delayMs, jobId }) {
      const delay = Math.max(0, Math.ceil(delayMs));
      const options = { ...JOB_OPTIONS, delay, ...(jobId === undefined ? {} : { jobId }) };
      await request(name, (queue) => queue.add(name, payload, options));
    },
    check: () => request(QUEUES.bulkDelete, (queue) => queue.getJobCountByTypes('active')),
    async close() {
      if (current === undefined) return;
      const { link } = current;
      current = undefined;
      await within(link.backend.close(), CLOSE_TIMEOUT_MS, 'closing the doorbell').catch(onError);
      link.destroy();
    },
  };
}
