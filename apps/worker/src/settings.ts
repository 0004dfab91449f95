import { type EngineSettings, engineSettings } from '@winnow/bulk-delete';
import type { Config } from '@winnow/config';
import { type NotificationSettings, notificationSettings } from '@winnow/notification';
import { type QueueSettings, queueSettings } from '@winnow/queue';

export interface WorkerSettings {
  readonly queue: QueueSettings;
  readonly engine: EngineSettings;
  readonly notification: NotificationSettings;
  /** Bulk deletes that this process works on at once. */
  readonly concurrency: number;
  readonly reconcileMs: number;
}

/**
 * The worker's settings out of the process's configuration.
 * @throws Error when there is no place for the queue.
 */
export function workerSettings(config: Config): WorkerSettings {
  return {
    queue: queueSettings(config),
    engine: engineSettings(config),
    notification: notificationSettings(config),
    concurrency: config.WINNOW_WORKER_CONCURRENCY,
    reconcileMs: config.WINNOW_RECONCILE_MS,
  };
}
