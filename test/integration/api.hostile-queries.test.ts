import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { mutated } from '../support/hostile-queries/mutations.ts';
import { createApi, createDatabase, type TestApi } from '../support/index.ts';
import { createOracle } from '../support/oracle/evaluate.ts';
import { openWorld } from '../support/world/open-world.ts';
import { withSavedSearches } from '../support/world/saved-searches.ts';
import { askedWorld } from '../support/world/world-arbitrary.ts';
import { worldQueries } from '../support/world/world-queries.ts';
import { writeWorld } from '../support/world/write-world.ts';

const SEED = 404;
const QUERIES = 300;

let api: TestApi;
let apiKey: string;
let queries: readonly unknown[];

beforeAll(async () => {
  const { db } = await createDatabase();
  const [made] = fc.sample(askedWorld(), { seed: SEED, numRuns: 1 });
  if (!made) throw new Error('no world was made');
  const { asked, savedSearches } = withSavedSearches(made, SEED);
  await writeWorld(db, asked);
  apiKey = await openWorld(db, asked);
  api = await createApi(db);
  const oracle = createOracle(asked.world, asked.frozen);
  const valid = fc.sample(worldQueries(asked, oracle, savedSearches), { seed: SEED, numRuns: QUERIES });
  queries = [
    ...valid.slice(0, QUERIES / 3).map(({ sQuery }) => sQuery),
    ...fc.sample(mutated(valid.map(({ sQuery }) => sQuery)), { seed: SEED, numRuns: QUERIES }),
  ];
});

/** As a client would send it: numbers and functions that JSON has no form for become something that it has. */
function payloadOf(body: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/** How often each status was answered. @throws for any other than those */
async function statusesOf(
  url: string,
  bodyOf: (query: unknown, index: number) => Readonly<Record<string, unknown>>,
) {
  const statuses = new Map<number, number>();
  for (const [index, query] of queries.entries()) {
    const payload = payloadOf(bodyOf(query, index));
    const { status, text } = await api.call(apiKey, 'POST', url, { payload });
    if (![200, 400, 413].includes(status))
      throw new Error(`${status} ${text} for ${payload.slice(0, 3_000)}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  return statuses;
}

describe('Whatever stands in place of a query is answered 200 or 400, never 500,', () => {
  it('by a bulk delete', async () => {
    const statuses = await statusesOf('/api/v1/bulk_action/delete/', (s_query) => ({ s_query }));
    expect(statuses.get(200)).toBeGreaterThan(QUERIES / 5);
    expect(statuses.get(400)).toBeGreaterThan(QUERIES / 5);
  });

  it('by a dry run, which reads what it finds', async () => {
    const statuses = await statusesOf('/api/v1/bulk_action/delete/', (s_query) => ({
      s_query,
      dry_run: true,
    }));
    expect(statuses.get(200)).toBeGreaterThan(QUERIES / 5);
  });

  it('by a search', async () => {
    const statuses = await statusesOf('/api/v1/data/search/', (query) => ({ query, include_counts: true }));
    expect(statuses.get(200)).toBeGreaterThan(QUERIES / 5);
  });
});
