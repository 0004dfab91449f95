import { describe, expect, it } from 'vitest';
import { createStopList } from './stop-list.ts';

describe('a stop list', () => {
  it('ends the latest first, each once, however often it is run', async () => {
    const ended: string[] = [];
    const stops = createStopList();
    for (const name of ['database', 'worker', 'api']) stops.add(async () => void ended.push(name));
    await Promise.all([stops.run(), stops.run()]);
    await stops.run();
    expect(ended).toEqual(['api', 'worker', 'database']);
  });

  it('ends the others although one fails, and says so', async () => {
    const ended: string[] = [];
    const stops = createStopList();
    stops.add(async () => void ended.push('database'));
    stops.add(() => Promise.reject(new Error('worker will not')));
    await expect(stops.run()).rejects.toThrow('worker will not');
    expect(ended).toEqual(['database']);
  });
});
