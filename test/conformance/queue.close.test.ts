import { QUEUES } from '@winnow/queue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEachQueue, waitFor } from '../support/index.ts';
import { openQueue, type QueueUnderTest } from './queue-under-test.ts';

const GRACE_MS = 3000;
/** For the event loop of a busy machine, on top of the grace. Who waits for an answer of the queue waits 10 s or for ever. */
const SLACK_MS = 6000;

describeOnEachQueue('closing', (backend) => {
  let queue: QueueUnderTest;
  beforeEach(async () => {
    queue = await openQueue(backend);
  });
  afterEach(() => queue.close());

  it('A worker that is closed is told so, finishes its job, and takes no other', async () => {
    const doorbell = queue.openDoorbell();
    const seen: string[] = [];
    const finished: string[] = [];
    const worker = queue.openWorker(
      async (id, signal) => {
        seen.push(id);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await new Promise((resolve) => setImmediate(resolve));
        finished.push(id);
      },
      { concurrency: 1 },
    );
    await doorbell.ring(QUEUES.bulkDelete, 'first');
    await waitFor(() => seen.length === 1, { what: 'the first job' });
    await doorbell.ring(QUEUES.bulkDelete, 'second');
    await worker.close(GRACE_MS);
    expect(finished).toEqual(['first']);
    expect(seen).toEqual(['first']);

    const seenByNext: string[] = [];
    queue.openWorker(async (id) => void seenByNext.push(id));
    await waitFor(() => seenByNext.includes('second'), { what: 'the next worker to take what was left' });
    expect(seenByNext).toEqual(['second']);
  });

  it('A job that does not end in time is left to another worker', async () => {
    const doorbell = queue.openDoorbell();
    let letGo = (): void => {};
    const stuck = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const seen: string[] = [];
    const worker = queue.openWorker(async (id) => {
      seen.push(id);
      await stuck;
    });
    await doorbell.ring(QUEUES.bulkDelete, 'long');
    await waitFor(() => seen.length === 1, { what: 'the job' });
    const started = performance.now();
    await worker.close(500);
    expect(performance.now() - started).toBeLessThan(500 + SLACK_MS);
    const seenByNext: string[] = [];
    queue.openWorker(async (id) => void seenByNext.push(id));
    await waitFor(() => seenByNext.includes('long'), { what: 'the next worker to take the job' });
    letGo();
  });

  it.each(['refuse', 'freeze'] as const)(
    'While the network would %s, an idle worker and a doorbell close in time',
    async (how) => {
      const seen: string[] = [];
      const worker = queue.openWorker(async (id) => void seen.push(id));
      const doorbell = queue.openDoorbell();
      await doorbell.ring(QUEUES.bulkDelete, 'a');
      await waitFor(() => seen.length === 1, { what: 'the worker to be at work' });
      await queue.network[how]();
      const started = performance.now();
      await worker.close(GRACE_MS);
      await doorbell.close();
      expect(performance.now() - started).toBeLessThan(GRACE_MS + SLACK_MS);
    },
  );

  it('A worker that never reached the queue closes in time', async () => {
    await queue.network.refuse();
    const worker = queue.openWorker(async () => {});
    await waitFor(() => queue.log.some((line) => line.msg === 'The queue is away'), { what: 'a first try' });
    const started = performance.now();
    await worker.close(GRACE_MS);
    expect(performance.now() - started).toBeLessThan(GRACE_MS + SLACK_MS);
  });

  it.each(['restore', 'refuse', 'freeze'] as const)(
    'After a close with the network set to %s nothing keeps a process alive',
    async (how) => {
      const doorbell = queue.openDoorbell();
      await doorbell.ring(QUEUES.bulkDelete, 'a');
      const child = await queue.spawnWorker('work');
      await queue.network[how]();
      child.kill('SIGTERM');
      await waitFor(() => child.output().includes('"closed"'), { what: 'the process to have closed' });
      let exit: Awaited<typeof child.exited> | undefined;
      void child.exited.then((how) => {
        exit = how;
      });
      await waitFor(() => exit, { timeoutMs: 15_000, what: 'the process to end by itself' });
      expect(exit).toEqual({ code: 0, signal: null });
    },
  );
});
