import { expect, it } from 'vitest';
import { summarize } from '../chaos/details.ts';
import { countFaults } from '../chaos/enough.ts';
import { countRecords } from '../chaos/report.ts';
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
      expect(report.final.bulkDeletes.size).toBeGreaterThan(0);
      const { deleted, restored } = countRecords(report);
      expect(deleted).toBeGreaterThan(0);
      expect(restored).toBeGreaterThan(0);
      expect(report.looks).toBeGreaterThan(0);
      expect(report.results).toBeGreaterThan(0);
      const { ofProcesses, ofServers } = countFaults(report.history);
      expect(ofProcesses).toBeGreaterThan(0);
      expect(ofServers).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
