import { describe, expect, it } from 'vitest';
import { DeadlineError, pause, within } from './deadline.ts';

/** No deadline of these tests, on whatever machine; what waits for more than that does not keep to it. */
const LONG_MS = 30_000;

describe('within', () => {
  it('gives what the work gave', async () => {
    await expect(within(Promise.resolve(7), 1000, 'work')).resolves.toBe(7);
  });

  it('throws what the work threw', async () => {
    await expect(within(Promise.reject(new RangeError('no')), 1000, 'work')).rejects.toThrow(RangeError);
  });

  it('stops waiting at the deadline although the work never ends', async () => {
    const started = performance.now();
    await expect(within(new Promise(() => {}), 20, 'work')).rejects.toThrow(DeadlineError);
    expect(performance.now() - started).toBeLessThan(LONG_MS);
  });

  it('ignores a failure that comes after the deadline', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    let fail = (_error: Error): void => {};
    const work = new Promise<void>((_resolve, reject) => {
      fail = reject;
    });
    await expect(within(work, 5, 'work')).rejects.toThrow(DeadlineError);
    fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });
});

describe('pause', () => {
  it('ends at once when its signal has fired', async () => {
    const started = performance.now();
    await pause(60_000, AbortSignal.abort());
    expect(performance.now() - started).toBeLessThan(LONG_MS);
  });
});
