import type { QueueBackend } from '../support/index.ts';
import { redisAvailable } from '../support/redis.ts';
import { measureControl } from './control/measure-control.ts';
import { measureRecovery } from './control/measure-recovery.ts';
import { type MeasuredControl, reportControl } from './control/report.ts';
import type { BenchReport } from './report.ts';
import { startSeededServer } from './seeded-server.ts';

const QUEUES: readonly QueueBackend[] = redisAvailable ? ['postgres', 'redis'] : ['postgres'];

/**
 * How long it takes to pause, resume and cancel a bulk delete in the middle of its work, and until another worker goes on
 * when the one that works is killed; so many times each, on both queue backends, beside what a page takes.
 */
export async function benchControl({
  leads,
  runs,
}: {
  readonly leads: number;
  readonly runs: number;
}): Promise<BenchReport> {
  const server = await startSeededServer(leads);
  const measured: MeasuredControl[] = [];
  for (const queue of QUEUES) {
    const control = await measureControl(server, queue, runs);
    measured.push({ queue, ...control, recovery: await measureRecovery(server, queue, runs) });
  }
  return reportControl(measured);
}
