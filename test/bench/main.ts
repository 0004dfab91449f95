import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/file-end.ts';
import { benchApi } from './api.ts';
import { benchControl } from './control.ts';
import { benchDelete } from './delete.ts';
import { benchQuery } from './query.ts';
import type { BenchReport } from './report.ts';

interface Bench {
  readonly leads: number;
  readonly run: (options: {
    readonly leads: number;
    readonly seconds: number;
    readonly runs: number;
  }) => Promise<BenchReport>;
}

/** Each with the number of leads that it is meant for; `--leads` chooses another. */
const BENCHES: Readonly<Record<string, Bench>> = {
  delete: { leads: 200_000, run: benchDelete },
  query: { leads: 1_000_000, run: benchQuery },
  api: { leads: 30_000, run: benchApi },
  control: { leads: 100_000, run: benchControl },
};

/** How long `api` sends requests of each kind, unless `--seconds` says otherwise. */
const SECONDS = 3;
/** How often `control` does each thing, unless `--runs` says otherwise. */
const RUNS = 50;

const RESULTS = new URL('../../bench-results/', import.meta.url);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { leads: { type: 'string' }, seconds: { type: 'string' }, runs: { type: 'string' } },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
  for (const name of names) {
    const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
    if (!bench)
      throw new Error(`There is no benchmark "${name}"; there are: ${Object.keys(BENCHES).join(', ')}.`);
    const report = await bench.run({
      leads: values.leads === undefined ? bench.leads : Number(values.leads),
      seconds: values.seconds === undefined ? SECONDS : Number(values.seconds),
      runs: values.runs === undefined ? RUNS : Number(values.runs),
    });
    console.table(report.rows);
    for (const note of report.notes) console.log(note);
    await mkdir(RESULTS, { recursive: true });
    await writeFile(new URL(`${name}.json`, RESULTS), `${JSON.stringify(report, null, 2)}\n`);
    if (!report.passed) process.exitCode = 1;
  }
}

main()
  .finally(cleanUp)
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
