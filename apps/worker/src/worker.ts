import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalog } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import type { Logger } from '@winnow/logger';
import type { Mailer } from '@winnow/notification';
import { createQueueWorker, type Doorbell, QUEUES, startReconciler } from '@winnow/queue';
import { startHousekeeping } from './housekeeping.ts';
import { createBulkDeleteProcessor } from './processors/bulk-delete.ts';
import { createDeliveryProcessor } from './processors/delivery.ts';
import { createEventProcessor } from './processors/event.ts';
import { createWebhookProcessor } from './processors/webhook.ts';
import type { WorkerSettings } from './settings.ts';
import { findUnattended } from './unattended.ts';

/** Relaying is two short statements; more at once would only take connections from the pages. */
const EVENT_CONCURRENCY = 2;
/** An attempt mostly waits for somebody else's server, without a connection to ours. */
const EMAIL_CONCURRENCY = 8;
/** So that many receivers that hang at once still leave turns for those that do not. */
const WEBHOOK_CONCURRENCY = 50;

export const RECONCILER_GRACE_MS = 1000;

export interface WorkerDeps {
  readonly db: Db;
  readonly catalog: Catalog;
  readonly doorbell: Doorbell;
  readonly mailer: Mailer;
  readonly logger: Logger;
  readonly settings: WorkerSettings;
}

export interface RunningWorker {
  /** Takes no more work and waits for what is in hand, at most `graceMs`. The database and the doorbell stay open. */
  close(graceMs: number): Promise<void>;
}

/** Starts working on all queues, and looking in Postgres for work that no queue item announces. */
export function buildWorker(deps: WorkerDeps): RunningWorker {
  const { settings, logger, doorbell } = deps;
  const engine = { ...deps, settings: settings.engine };
  const notification = { ...deps, settings: settings.notification };
  const workers = [
    createQueueWorker(settings.queue, {
      logger,
      queue: QUEUES.bulkDelete,
      concurrency: settings.concurrency,
      process: createBulkDeleteProcessor(engine),
    }),
    createQueueWorker(settings.queue, {
      logger,
      queue: QUEUES.event,
      concurrency: EVENT_CONCURRENCY,
      process: createEventProcessor(notification),
    }),
    createQueueWorker(settings.queue, {
      logger,
      queue: QUEUES.delivery,
      concurrency: EMAIL_CONCURRENCY,
      process: createDeliveryProcessor(notification),
    }),
    createQueueWorker(settings.queue, {
      logger,
      queue: QUEUES.webhook,
      concurrency: WEBHOOK_CONCURRENCY,
      process: createWebhookProcessor(notification),
    }),
  ];
  const reconciler = startReconciler({
    everyMs: settings.reconcileMs,
    logger,
    doorbell,
    find: () => findUnattended(engine),
  });
  const housekeeping = startHousekeeping({
    engine,
    keepDeliveriesMs: settings.notification.keepDeliveriesMs,
  });
  return {
    async close(graceMs) {
      const reconciled = Promise.all([reconciler.stop(), housekeeping.stop()]);
      await Promise.all(workers.map((worker) => worker.close(graceMs)));
      // It may be waiting for a database that does not answer.
      await Promise.race([reconciled, sleep(RECONCILER_GRACE_MS, undefined, { ref: false })]);
    },
  };
}
