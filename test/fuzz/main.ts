import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { connect } from '@winnow/db';
import { cleanUp } from '../support/file-end.ts';
import { startPostgres } from '../support/postgres.ts';
import { compareWorld } from '../support/world/compare.ts';
import { createCoverage } from '../support/world/coverage.ts';

const STATEMENT_TIMEOUT_MS = 60_000;
const PROGRESS_PAIRS = 5_000;
/** Seeds are positive 31 bit numbers, one a world, counted on from the first. */
const LARGEST_SEED = 2 ** 31 - 2 ** 20;

/**
 * Asks SQL and oracle the same random queries over random records, until so many pairs have agreed. The first
 * difference ends it, with the seed to replay it by.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pairs: { type: 'string', default: '100000' },
      queries: { type: 'string', default: '500' },
      seed: { type: 'string' },
    },
  });
  const [pairs, queriesAWorld] = [Number(values.pairs), Number(values.queries)];
  const first = values.seed === undefined ? randomInt(1, LARGEST_SEED) : Number(values.seed);
  console.log(`${pairs} pairs, ${queriesAWorld} queries a world. To replay: npm run fuzz -- --seed ${first}`);
  const server = await startPostgres();
  const db = connect({
    connectionString: server.url,
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

main()
  .finally(cleanUp)
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
