import { QUEUES, startReconciler, type Unattended } from '@winnow/queue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEachQueue, waitFor } from '../support/index.ts';
import { openQueue, type QueueUnderTest } from './queue-under-test.ts';

const EVERY_MS = 50;

describeOnEachQueue('the reconciler', (backend) => {
  let queue: QueueUnderTest;
  beforeEach(async () => {
    queue = await openQueue(backend);
  });
  afterEach(() => queue.close());

  it('What is found is rung for until it is found no more, also after every queue item was lost', async () => {
    const left = new Set(['a', 'b', 'c']);
    const doorbell = queue.openDoorbell();
    const find = async (): Promise<readonly Unattended[]> =>
      [...left].map((id) => ({ queue: QUEUES.bulkDelete, id }));
    let runs = 0;
    const reconciler = startReconciler({
      everyMs: EVERY_MS,
      logger: queue.logger,
      doorbell,
      find: () => {
        runs += 1;
        return find();
      },
    });
    await waitFor(() => runs > 2, { what: 'the first rings, which nobody hears' });
    await queue.loseEverything();
    queue.openWorker(async (id) => void left.delete(id));
    await waitFor(() => left.size === 0, { what: 'everything to be attended to' });
    await reconciler.stop();
  });

  it('Rings that nobody hears do not pile up', async () => {
    const doorbell = queue.openDoorbell();
    let runs = 0;
    const reconciler = startReconciler({
      everyMs: EVERY_MS,
      logger: queue.logger,
      doorbell,
      find: async () => {
        runs += 1;
        return [{ queue: QUEUES.bulkDelete, id: 'a' }];
      },
    });
    await waitFor(() => runs >= 5, { what: 'five runs' });
    await reconciler.stop();
    await doorbell.ring(QUEUES.bulkDelete, 'last');
    const seen: string[] = [];
    queue.openWorker(async (id) => void seen.push(id), { concurrency: 1 });
    await waitFor(() => seen.includes('last'), { what: 'the last ring' });
    expect(seen).toEqual(['a', 'last']);
  });

  it('What is found again and again is rung for anew when its job is stuck in the hands of a worker that lives', async () => {
    const doorbell = queue.openDoorbell();
    await doorbell.ring(QUEUES.bulkDelete, 'a', { once: 'reconcile' });
    const stuck = await queue.spawnWorker('hold');
    const left = new Set(['a']);
    const reconciler = startReconciler({
      everyMs: EVERY_MS,
      logger: queue.logger,
      doorbell,
      find: async () => [...left].map((id) => ({ queue: QUEUES.bulkDelete, id })),
    });
    queue.openWorker(async (id) => void left.delete(id));
    await waitFor(() => left.size === 0, { what: 'another worker to be rung for' });
    await reconciler.stop();
    stuck.kill('SIGKILL');
    await stuck.exited;
  });

  it('A database that is away does not end it and is reported once', async () => {
    const doorbell = queue.openDoorbell();
    const seen: string[] = [];
    queue.openWorker(async (id) => void seen.push(id));
    let runs = 0;
    const reconciler = startReconciler({
      everyMs: EVERY_MS,
      logger: queue.logger,
      doorbell,
      find: async () => {
        runs += 1;
        if (runs < 5) throw new Error('connection refused');
        return [{ queue: QUEUES.bulkDelete, id: 'a' }];
      },
    });
    await waitFor(() => seen.includes('a'), { what: 'the ring after the outage' });
    await reconciler.stop();
    expect(queue.log.filter((line) => line.level === 40).map((line) => line.msg)).toEqual([
      'The database, as seen by the reconciler, is away',
    ]);
  });

  it('Runs do not overlap, and `stop` waits for the one in hand', async () => {
    const doorbell = queue.openDoorbell();
    let open = 0;
    let most = 0;
    let runs = 0;
    const reconciler = startReconciler({
      everyMs: 1,
      logger: queue.logger,
      doorbell,
      find: async () => {
        open += 1;
        runs += 1;
        most = Math.max(most, open);
        // Far longer than the period.
        for (let i = 0; i < 20; i++) await doorbell.checkHealth();
        open -= 1;
        return [];
      },
    });
    await waitFor(() => runs >= 3 && open === 1, { what: 'a run in hand' });
    await reconciler.stop();
    expect(open).toBe(0);
    expect(most).toBe(1);
  });
});
