import { expect, it } from 'vitest';
import { summarize } from '../chaos/details.ts';
import { runChaos } from '../chaos/run.ts';
import { describeOnEachQueue } from '../support/index.ts';

/** A short look at what `npm run chaos` does for minutes. */
const SECONDS = 10;
const SEED = 7;
/** Coming to rest takes as long as it takes. */
const TIMEOUT_MS = 600_000;

describeOnEachQueue('a Winnow of which everything is broken while clients use it', (queue) => {
  it(
    'ends every bulk delete and undo, exact, as its clients were told, once all is whole again',
    async () => {
      const report = await runChaos({ queue, seed: SEED, seconds: SECONDS });
      expect(summarize(report)).toBe('');
      expect(report.differences).toEqual([]);
      expect(report.history.length).toBeGreaterThan(0);
      expect(report.final.bulkDeletes.size).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
