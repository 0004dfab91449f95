export { createSharedCounters, type SharedCounters } from './counters.ts';
export { createDoorbell, type Doorbell, type QueueHealth, type RingOptions } from './doorbell.ts';
export { migrateQueue } from './migrate.ts';
export { QUEUES, type QueueName } from './names.ts';
export { type ReconcilerOptions, startReconciler, type Unattended } from './reconciler.ts';
export { type QueueSettings, queueSettings } from './settings.ts';
export { createQueueWorker, type QueueWorker, type QueueWorkerOptions } from './worker.ts';
