import { QUEUES } from '@winnow/queue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEachQueue, waitFor } from '../support/index.ts';
import { openQueue, type QueueUnderTest } from './queue-under-test.ts';

describeOnEachQueue('ringing and working', (backend) => {
  let queue: QueueUnderTest;
  beforeEach(async () => {
    queue = await openQueue(backend);
  });
  afterEach(() => queue.close());

  it('A rung id is processed once', async () => {
    const seen: string[] = [];
    queue.openWorker(async (id) => void seen.push(id));
    const doorbell = queue.openDoorbell();
    expect(await doorbell.ring(QUEUES.bulkDelete, '0198f3a2-7c1e-7000-8000-000000000001')).toBe(true);
    expect(await doorbell.ring(QUEUES.bulkDelete, 'last')).toBe(true);
    await waitFor(() => seen.includes('last'), { what: 'the last ring to be processed' });
    expect(seen.sort()).toEqual(['0198f3a2-7c1e-7000-8000-000000000001', 'last']);
  });

  it('A ring before any worker exists is kept for the first one', async () => {
    const doorbell = queue.openDoorbell();
    expect(await doorbell.ring(QUEUES.bulkDelete, 'early')).toBe(true);
    const seen: string[] = [];
    queue.openWorker(async (id) => void seen.push(id));
    await waitFor(() => seen.includes('early'), { what: 'the early ring to be processed' });
  });

  it('A worker hears only its own queue', async () => {
    const seen: string[] = [];
    const doorbell = queue.openDoorbell();
    await doorbell.ring(QUEUES.event, 'an-event');
    await doorbell.ring(QUEUES.delivery, 'a-delivery');
    await doorbell.ring(QUEUES.bulkDelete, 'a-bulk-delete');
    queue.openWorker(async (id) => void seen.push(id));
    await waitFor(() => seen.length > 0, { what: 'a ring to be processed' });
    expect(seen).toEqual(['a-bulk-delete']);
  });

  it('A delayed ring is processed, and not before its time', async () => {
    const DELAY_MS = 700;
    const seen = new Map<string, number>();
    queue.openWorker(async (id) => void seen.set(id, Date.now()));
    const doorbell = queue.openDoorbell();
    const rungAt = Date.now();
    await doorbell.ring(QUEUES.bulkDelete, 'later', { delayMs: DELAY_MS });
    await doorbell.ring(QUEUES.bulkDelete, 'now');
    const laterAt = await waitFor(() => seen.get('later'), { what: 'the delayed ring to be processed' });
    expect(laterAt - rungAt).toBeGreaterThanOrEqual(DELAY_MS);
    expect(seen.get('now')).toBeLessThan(laterAt);
  });

  it('Rings with the same `once` are one job while it waits, and are heard again afterwards', async () => {
    const seen: string[] = [];
    const countA = () => seen.filter((id) => id === 'a').length;
    const doorbell = queue.openDoorbell();
    for (let i = 0; i < 3; i++) {
      expect(await doorbell.ring(QUEUES.bulkDelete, 'a', { once: 'reconcile' })).toBe(true);
    }
    await doorbell.ring(QUEUES.bulkDelete, 'a');
    await doorbell.ring(QUEUES.bulkDelete, 'b', { once: 'reconcile' });
    queue.openWorker(async (id) => void seen.push(id), { concurrency: 1 });
    await waitFor(() => seen.includes('b'), { what: 'the last ring to be processed' });
    expect(seen).toEqual(['a', 'a', 'b']);
    await waitFor(
      async () => {
        await doorbell.ring(QUEUES.bulkDelete, 'a', { once: 'reconcile' });
        return countA() > 2;
      },
      { what: 'the same ring to be processed again' },
    );
  });

  it('A ring that comes during a turn is served before the next turn of the same id', async () => {
    const turns: string[] = [];
    const doorbell = queue.openDoorbell();
    let bIsRung = (): void => {};
    const b = new Promise<void>((resolve) => {
      bIsRung = resolve;
    });
    queue.openWorker(
      async (id) => {
        turns.push(id);
        if (id !== 'a' || turns.length > 1) return;
        await b;
        await doorbell.ring(QUEUES.bulkDelete, 'a');
      },
      { concurrency: 1 },
    );
    await doorbell.ring(QUEUES.bulkDelete, 'a');
    await waitFor(() => turns.length === 1, { what: 'the first turn' });
    await doorbell.ring(QUEUES.bulkDelete, 'b');
    bIsRung();
    await waitFor(() => turns.length === 3, { what: 'three turns' });
    expect(turns).toEqual(['a', 'b', 'a']);
  });

  it('A processor that throws does not stop its worker', async () => {
    const seen: string[] = [];
    const doorbell = queue.openDoorbell();
    queue.openWorker(
      async (id) => {
        seen.push(id);
        if (id.startsWith('bad')) throw new Error('no good');
      },
      { concurrency: 1 },
    );
    for (const id of ['bad-1', 'bad-2', 'good']) await doorbell.ring(QUEUES.bulkDelete, id);
    await waitFor(() => seen.includes('good'), { what: 'the good ring to be processed' });
    expect(seen).toEqual(['bad-1', 'bad-2', 'good']);
    expect(queue.log.filter((line) => line.msg.startsWith('a job failed'))).toHaveLength(2);
  });

  it('A thousand rings are all processed by two workers, none of them twice', async () => {
    const RINGS = 1000;
    const AT_ONCE = 20;
    const seen: string[] = [];
    for (let i = 0; i < 2; i++) queue.openWorker(async (id) => void seen.push(id));
    const doorbell = queue.openDoorbell({ enqueueTimeoutMs: 30_000 });
    const ids = Array.from({ length: RINGS }, (_, i) => `id-${i}`);
    for (let i = 0; i < RINGS; i += AT_ONCE) {
      const rung = await Promise.all(
        ids.slice(i, i + AT_ONCE).map((id) => doorbell.ring(QUEUES.bulkDelete, id)),
      );
      expect(rung).not.toContain(false);
    }
    await waitFor(() => seen.length >= RINGS, { what: 'every ring to be processed' });
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(seen).toHaveLength(RINGS);
  });
});
