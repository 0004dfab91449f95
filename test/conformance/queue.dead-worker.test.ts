import { QUEUES } from '@winnow/queue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { describeOnEachQueue, waitFor } from '../support/index.ts';
import { openQueue, type QueueUnderTest } from './queue-under-test.ts';

/** Processes are started and killed, one after the other. */
vi.setConfig({ testTimeout: 240_000 });

/** What the design promises. */
const TAKE_OVER_MS = 10_000;
/** In which it must have come each time, also on a machine that is busy with something else for a moment. */
const SLOW_TAKE_OVER_MS = 30_000;
const MOST_KILLS = 3;

describeOnEachQueue('a worker process that is killed', (backend) => {
  let queue: QueueUnderTest;
  beforeEach(async () => {
    queue = await openQueue(backend);
  });
  afterEach(() => queue.close());

  async function killWhileHolding(): Promise<void> {
    const victim = await queue.spawnWorker('hold');
    victim.kill('SIGKILL');
    await victim.exited;
  }

  /** Has a job outlive so many workers, and another when it was not taken over in time: three of them at most. */
  async function expectTakenOver(deaths: number): Promise<void> {
    const doorbell = queue.openDoorbell();
    const times: number[] = [];
    do {
      const orphan = `orphan-${times.length}`;
      await doorbell.ring(QUEUES.bulkDelete, orphan);
      for (let death = 0; death < deaths; death++) await killWhileHolding();
      const begun = performance.now();
      const seen: string[] = [];
      const worker = queue.openWorker(async (id) => void seen.push(id));
      await waitFor(() => seen.includes(orphan), {
        timeoutMs: SLOW_TAKE_OVER_MS,
        what: 'the orphan to be adopted',
      });
      times.push(performance.now() - begun);
      // The next orphan is not for this one.
      await worker.close(SLOW_TAKE_OVER_MS);
    } while (Math.min(...times) >= TAKE_OVER_MS && times.length < MOST_KILLS);
    expect(Math.min(...times)).toBeLessThan(TAKE_OVER_MS);
  }

  it('The job in its hands is processed by another worker within ten seconds', () => expectTakenOver(1));

  it('A job that outlived three workers is not given up', () => expectTakenOver(3));
});
