import { QUEUES } from '@winnow/queue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEachQueue, waitFor } from '../support/index.ts';
import { openQueue, type QueueUnderTest } from './queue-under-test.ts';

/**
 * For the event loop of a busy machine, on top of the bound that the doorbell promises. Who waits for an answer of the
 * queue waits 10 s or for ever.
 */
const SLACK_MS = 6000;

describeOnEachQueue('an outage', (backend) => {
  let queue: QueueUnderTest;
  beforeEach(async () => {
    queue = await openQueue(backend);
  });
  afterEach(() => queue.close());

  async function expectFalseInTime(answer: () => Promise<boolean>): Promise<void> {
    const started = performance.now();
    expect(await answer()).toBe(false);
    expect(performance.now() - started).toBeLessThan(queue.settings.enqueueTimeoutMs + SLACK_MS);
  }

  it.each(['refuse', 'freeze'] as const)(
    'While the network would %s, a ring answers false in time; afterwards the same doorbell and worker go on',
    async (how) => {
      const seen: string[] = [];
      queue.openWorker(async (id) => void seen.push(id));
      const doorbell = queue.openDoorbell();
      await doorbell.ring(QUEUES.bulkDelete, 'before');
      await waitFor(() => seen.includes('before'), { what: 'the ring before the outage' });
      expect(await doorbell.checkHealth()).toBe(true);

      await queue.network[how]();
      for (let i = 0; i < 3; i++) {
        await expectFalseInTime(() => doorbell.ring(QUEUES.bulkDelete, 'during'));
      }
      await expectFalseInTime(() => doorbell.checkHealth());

      await queue.network.restore();
      await waitFor(() => doorbell.ring(QUEUES.bulkDelete, 'after'), { what: 'the doorbell to ring again' });
      await waitFor(() => seen.includes('after'), { what: 'the ring after the outage' });
      expect(await doorbell.checkHealth()).toBe(true);
    },
  );

  it('Connections that died without a word are given up, and new ones take their place', async () => {
    const seen: string[] = [];
    queue.openWorker(async (id) => void seen.push(id));
    const doorbell = queue.openDoorbell();
    await doorbell.ring(QUEUES.bulkDelete, 'before');
    await waitFor(() => seen.includes('before'), { what: 'the ring before' });
    queue.network.abandonConnections();
    await expectFalseInTime(() => doorbell.ring(QUEUES.bulkDelete, 'into-the-void'));
    await waitFor(() => doorbell.ring(QUEUES.bulkDelete, 'after'), { what: 'the doorbell to ring again' });
    await waitFor(() => seen.includes('after'), { what: 'the ring after' });
  });

  it('A doorbell and a worker that were made during an outage work when it is over', async () => {
    await queue.network.refuse();
    const seen: string[] = [];
    queue.openWorker(async (id) => void seen.push(id));
    const doorbell = queue.openDoorbell();
    await expectFalseInTime(() => doorbell.ring(QUEUES.bulkDelete, 'too-early'));
    await waitFor(() => queue.log.filter((line) => line.msg === 'The queue is away').length >= 2, {
      what: 'both to have noticed',
    });
    await queue.network.restore();
    await waitFor(() => doorbell.ring(QUEUES.bulkDelete, 'a'), { what: 'the doorbell to ring' });
    await waitFor(() => seen.includes('a'), { what: 'the worker to hear it' });
  });

  it('A doorbell says once that the queue is away and once that it is back', async () => {
    const doorbell = queue.openDoorbell();
    expect(await doorbell.ring(QUEUES.bulkDelete, 'a')).toBe(true);
    await queue.network.refuse();
    for (let i = 0; i < 20; i++) await doorbell.ring(QUEUES.bulkDelete, 'a');
    await queue.network.restore();
    await waitFor(() => doorbell.ring(QUEUES.bulkDelete, 'a'), { what: 'the doorbell to ring again' });
    const said = queue.log.filter((line) => line.level >= 30).map((line) => line.msg);
    expect(said).toEqual(['The queue is away', 'The queue is back']);
  });

  it('A queue that takes no writes is not asked for jobs at full speed, and works again afterwards', async () => {
    const MOST_A_SECOND = 6;
    const seen: string[] = [];
    const doorbell = queue.openDoorbell();
    await doorbell.ring(QUEUES.bulkDelete, 'before');
    const accept = await queue.refuseWrites();
    queue.openWorker(async (id) => void seen.push(id));
    const complaints = () => queue.log.filter((line) => line.msg.startsWith('The queue is')).length;
    await waitFor(() => complaints() > 0, { what: 'the first complaint' });
    const started = performance.now();
    await waitFor(() => complaints() >= 5, { what: 'five complaints' });
    // Jobs are waiting all the time: nothing but our own patience is between two tries.
    await waitFor(() => performance.now() - started > 2000, { what: 'two seconds to have passed' });
    expect(complaints() / ((performance.now() - started) / 1000)).toBeLessThan(MOST_A_SECOND);
    expect(await doorbell.ring(QUEUES.bulkDelete, 'during')).toBe(false);
    await accept();
    await waitFor(() => doorbell.ring(QUEUES.bulkDelete, 'after'), { what: 'the doorbell to ring again' });
    await waitFor(() => seen.includes('after'), { what: 'the ring after the outage' });
  });

  it('A worker that lost every queue item goes on with the next ring', async () => {
    const seen: string[] = [];
    let letGo = (): void => {};
    const hold = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    queue.openWorker(async (id) => {
      seen.push(id);
      if (id === 'in-hand') await hold;
    });
    const doorbell = queue.openDoorbell();
    await doorbell.ring(QUEUES.bulkDelete, 'in-hand');
    await waitFor(() => seen.includes('in-hand'), { what: 'a job in hand' });
    await doorbell.ring(QUEUES.bulkDelete, 'lost', { delayMs: 60_000 });
    await queue.loseEverything();
    letGo();
    await doorbell.ring(QUEUES.bulkDelete, 'after');
    await waitFor(() => seen.includes('after'), { what: 'the ring after the loss' });
    expect(seen).toEqual(['in-hand', 'after']);
  });

  it('A ring that no worker could understand answers false and says so', async () => {
    const doorbell = queue.openDoorbell();
    expect(await doorbell.ring(QUEUES.bulkDelete, 'a:b')).toBe(false);
    expect(await doorbell.ring(QUEUES.bulkDelete, '')).toBe(false);
    expect(queue.log.filter((line) => line.level >= 50)).toHaveLength(2);
    expect(await doorbell.ring(QUEUES.bulkDelete, 'a')).toBe(true);
  });

  it('A closed doorbell answers false', async () => {
    const doorbell = queue.openDoorbell();
    await doorbell.ring(QUEUES.bulkDelete, 'a');
    await doorbell.close();
    expect(await doorbell.ring(QUEUES.bulkDelete, 'b')).toBe(false);
    expect(await doorbell.checkHealth()).toBe(false);
  });
});
