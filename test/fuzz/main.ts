import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/file-end.ts';
import { startPostgres } from '../support/postgres.ts';
import { fuzzQueries } from './queries.ts';
import { fuzzSchedules } from './schedules.ts';

/** Seeds are positive 31 bit numbers, one a world of queries, counted on from the first. */
const LARGEST_SEED = 2 ** 31 - 2 ** 20;
const SUBJECTS = ['queries', 'schedules'];

/**
 * `npm run fuzz [-- queries | schedules]`: both unless one is named, until so many have held. The first that does not
 * ends it, with what to replay it by.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      pairs: { type: 'string', default: '100000' },
      queries: { type: 'string', default: '500' },
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string' },
      path: { type: 'string' },
    },
  });
  const unknown = positionals.find((subject) => !SUBJECTS.includes(subject));
  if (unknown !== undefined)
    throw new Error(`There is no "${unknown}" to fuzz, only ${SUBJECTS.join(' and ')}.`);
  const subjects = positionals.length === 0 ? SUBJECTS : positionals;
  const seed = values.seed === undefined ? randomInt(1, LARGEST_SEED) : Number(values.seed);
  const { url } = await startPostgres();
  if (subjects.includes('queries')) {
    await fuzzQueries(url, { pairs: Number(values.pairs), queriesAWorld: Number(values.queries), seed });
  }
  if (subjects.includes('schedules')) {
    await fuzzSchedules(url, { runs: Number(values.runs), seed, path: values.path });
  }
}

main()
  .finally(cleanUp)
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
