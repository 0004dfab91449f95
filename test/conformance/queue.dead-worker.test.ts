import { QUEUES } from '@winnow/queue';
import { afterEach, beforeEach, it } from 'vitest';
import { describeOnEachQueue, waitFor } from '../support/index.ts';
import { openQueue, type QueueUnderTest } from './queue-under-test.ts';

const TAKE_OVER_MS = 10_000;

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

  it('The job in its hands is processed by another worker within ten seconds', async () => {
    const doorbell = queue.openDoorbell();
    await doorbell.ring(QUEUES.bulkDelete, 'orphan');
    await killWhileHolding();
    const seen: string[] = [];
    queue.openWorker(async (id) => void seen.push(id));
    await waitFor(() => seen.includes('orphan'), {
      timeoutMs: TAKE_OVER_MS,
      what: 'the orphan to be adopted',
    });
  });

  it('A job that outlived three workers is not given up', async () => {
    const doorbell = queue.openDoorbell();
    await doorbell.ring(QUEUES.bulkDelete, 'orphan');
    for (let death = 0; death < 3; death++) await killWhileHolding();
    const seen: string[] = [];
    queue.openWorker(async (id) => void seen.push(id));
    await waitFor(() => seen.includes('orphan'), {
      timeoutMs: TAKE_OVER_MS,
      what: 'the orphan to be adopted',
    });
  });
});
