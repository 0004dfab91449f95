export { type WorkerSettings, workerSettings } from './settings.ts';
export { buildWorker, type RunningWorker, type WorkerDeps } from './worker.ts';
