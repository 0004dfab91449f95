import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileJson } from '../support/compiled-query.ts';
import { createDatabase } from '../support/database.ts';
import { EXAMPLE_NUMBERS } from '../support/example-queries.ts';
import { EXAMPLE_NOW, type ExampleWorld, insertExampleWorld } from '../support/example-world.ts';
import { createOrganization, type TestOrganization } from '../support/factories.ts';

/** What each example of the reference (2.9) finds, by label, in the order in which the records were made. */
const EXPECTED: Readonly<Record<number, readonly string[]>> = {
  1: ['acme', 'imported', 'keeper', 'bare', 'lost'],
  2: ['imported'],
  3: ['acme', 'imported'],
  4: ['acme', 'imported', 'bare', 'lost'],
  5: ['acme'],
  6: ['keeper'],
  7: ['imported'],
  8: ['bare'],
  9: ['keeper', 'bare', 'lost'],
  10: ['keeper', 'bare', 'lost'],
  11: ['acme'],
  12: ['phoned'],
  13: ['unreachable'],
  14: ['acme', 'lost'],
  15: ['imported', 'keeper', 'bare'],
  16: ['acme'],
  17: ['lost'],
  18: ['keeper', 'bare', 'lost'],
  19: ['stale of imported'],
  20: ['keeper'],
  21: ['old call'],
  22: ['acme', 'lost'],
  23: ['acme'],
  24: ['acme', 'keeper'],
  25: ['acme', 'imported'],
};

let db: Db;
let org: TestOrganization;
let world: ExampleWorld;

beforeAll(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
  world = await insertExampleWorld(db, org);
  // The same again beside it: nothing of it may ever be found.
  await insertExampleWorld(db, await createOrganization(db));
});

async function find(number: number, tzOffsetMinutes = 0): Promise<readonly (string | undefined)[]> {
  const json = world.examples.find((example) => example.number === number)?.json;
  const { from, where, orderBy } = compileJson(json, {
    tenantId: org.organizationId,
    userId: org.userId,
    now: EXAMPLE_NOW,
    tzOffsetMinutes,
  });
  const select = sql<{ id: string }>`select t0.id from ${from} where ${where} order by ${sql.join(orderBy)}`;
  const labels = new Map([...world.ids].map(([label, id]) => [id, label]));
  return (await select.execute(db)).rows.map(({ id }) => labels.get(id));
}

describe('the example queries on records', () => {
  it.each(EXAMPLE_NUMBERS)('number %i finds what it says', async (number) => {
    expect(await find(number)).toEqual(EXPECTED[number]);
  });

  it('a day begins at the midnight of the one who asks', async () => {
    expect(await find(5, -60)).toEqual(['acme', 'lost']);
    expect(await find(8, 11 * 60)).toEqual(['imported']);
  });
});
