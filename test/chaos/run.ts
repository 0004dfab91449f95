import { setTimeout as pause } from 'node:timers/promises';
import { createDifferences, type Differences } from './differences.ts';
import { waitForEnough } from './enough.ts';
import { startKiller } from './killer.ts';
import { compareAsks } from './ledger/compare-asks.ts';
import { compareBulkDeletes } from './ledger/compare-bulk-deletes.ts';
import { compareNotices } from './ledger/compare-notices.ts';
import { compareResults } from './ledger/compare-results.ts';
import { compareRows } from './ledger/compare-rows.ts';
import { createLedger, type Ledger } from './ledger/ledger.ts';
import { readFinal } from './ledger/read-final.ts';
import { startWatch } from './ledger/watch.ts';
import type { ChaosOptions } from './options.ts';
import type { ChaosReport } from './report.ts';
import { waitUntilSettled } from './settle.ts';
import { type Stack, startStack } from './stack.ts';
import { prepareOrganizations, startTraffic, type Traffic } from './traffic/traffic.ts';

/**
 * Breaks a whole Winnow again and again while clients use it, lets it come to rest, and compares it with what must be true.
 * What was started ends with the test file, or with `cleanUp`.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const differences = createDifferences();
  const stack = await startStack(options.queue, differences);
  try {
    return await breakAndCompare(stack, options, differences);
  } finally {
    await stack.close();
  }
}

async function breakAndCompare(
  stack: Stack,
  options: ChaosOptions,
  differences: Differences,
): Promise<ChaosReport> {
  const { seed, seconds } = options;
  const ledger = createLedger();
  const organizations = await prepareOrganizations(stack, ledger);
  const watch = startWatch(stack.db, differences);
  const traffic = startTraffic(stack, organizations, { ledger, differences, seed });
  const killer = startKiller(stack, seed, differences);
  await pause(seconds * 1000);
  await waitForEnough(killer.history, stack.db);
  await killer.stop();
  await traffic.stop();
  await waitUntilSettled(stack.db, differences);
  await watch.stop();
  return {
    options,
    faults: killer.counts,
    history: killer.history,
    ...(await compare(stack, { ledger, traffic, differences })),
    looks: watch.looks(),
    requests: traffic.counts,
    differences: differences.found,
    logs: [...stack.apis, ...stack.workers].map((post) => ({ name: post.name, logs: post.logs() })),
  };
}

async function compare(
  { db, witness, apis }: Stack,
  deps: { readonly ledger: Ledger; readonly traffic: Traffic; readonly differences: Differences },
) {
  const { ledger, traffic, differences } = deps;
  const final = await readFinal(db);
  compareAsks(ledger, final, differences);
  compareRows(ledger, final, differences);
  await compareBulkDeletes(db, final, differences);
  const mails = compareNotices(final, witness, differences);
  const url = apis.find((api) => api.url !== undefined)?.url;
  if (url === undefined) throw new Error('no API runs');
  const apiKeys = new Map(traffic.organizations.map((one) => [one.organizationId, one.apiKey]));
  const results = await compareResults(ledger, { url, apiKeys }, differences);
  return {
    final,
    mails,
    results,
    rowsMade: ledger.rows.size,
    events: witness.heard.size,
    posts: witness.posts(),
  };
}
