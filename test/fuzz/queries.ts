import { connect } from '@winnow/db';
import { compareWorld } from '../support/world/compare.ts';
import { createCoverage } from '../support/world/coverage.ts';

const STATEMENT_TIMEOUT_MS = 60_000;
const PROGRESS_PAIRS = 5_000;

/**
 * Asks SQL and oracle the same random queries over random records, until so many pairs have agreed.
 * @throws Error at the first difference, with the seed of its world.
 */
export async function fuzzQueries(
  url: string,
  {
    pairs,
    queriesAWorld,
    seed: first,
  }: { readonly pairs: number; readonly queriesAWorld: number; readonly seed: number },
): Promise<void> {
  console.log(
    `${pairs} pairs, ${queriesAWorld} queries a world. To replay: npm run fuzz -- queries --seed ${first}`,
  );
  const db = connect({
    connectionString: url,
    applicationName: 'winnow-fuzz',
    poolSize: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onIdleError: () => {},
  });
  try {
    const coverage = createCoverage();
    const began = performance.now();
    for (let seed = first, told = 0; coverage.pairs < pairs; seed++) {
      await compareWorld(db, seed, Math.min(queriesAWorld, pairs - coverage.pairs + 20), coverage);
      if (coverage.pairs - told < PROGRESS_PAIRS && coverage.pairs < pairs) continue;
      told = coverage.pairs;
      const seconds = Math.round((performance.now() - began) / 1000);
      const share = Math.round((100 * coverage.discerning) / coverage.pairs);
      console.log(
        `${coverage.pairs} pairs agree, ${share} % match some but not all, ${coverage.refused} refused, ${seconds} s`,
      );
    }
  } finally {
    await db.destroy();
  }
}
