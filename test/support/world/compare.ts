import { isDeepStrictEqual } from 'node:util';
import type { Db } from '@winnow/db';
import {
  type CheckedQuery,
  type CompiledQuery,
  checkMixedQuery,
  checkQuery,
  compileQuery,
  parseQuery,
  parseSort,
  QueryError,
  type QueryNode,
  writeQuery,
} from '@winnow/query';
import fc from 'fast-check';
import { sql } from 'kysely';
import { writeSql } from '../compiled-query.ts';
import { createOracle, type Oracle } from '../oracle/evaluate.ts';
import { type OracleSort, orderRows } from '../oracle/order.ts';
import { type Coverage, countParts } from './coverage.ts';
import { describeDifference } from './difference.ts';
import { withSavedSearches } from './saved-searches.ts';
import { smallerQueries } from './smaller-queries.ts';
import { type AskedWorld, askedWorld } from './world-arbitrary.ts';
import { type AskedQuery, worldQueries } from './world-queries.ts';
import { writeWorld } from './write-world.ts';

const MOST_SHRINKING_STEPS = 300;

/**
 * Makes the world of this seed, writes it to Postgres and asks both of it: SQL and oracle.
 * @throws Error at the first query of which they say different things, made smaller where it can be, with the seed to
 *   replay it by and the records that only one of them found.
 */
export async function compareWorld(db: Db, seed: number, queries: number, coverage: Coverage): Promise<void> {
  const [made] = fc.sample(askedWorld(), { seed, numRuns: 1 });
  if (!made) throw new Error('no world was made');
  const { asked, savedSearches } = withSavedSearches(made, seed);
  await writeWorld(db, asked);
  const comparing = { db, asked, oracle: createOracle(asked.world, asked.frozen) };
  for (const query of fc.sample(worldQueries(asked, comparing.oracle, savedSearches), {
    seed,
    numRuns: queries,
  })) {
    const outcome = await compare(query, comparing);
    if (outcome.difference !== undefined) {
      const smallest = await shrink(query, comparing);
      const { difference } = await compare(smallest, comparing);
      throw new Error(`World ${seed}: SQL and oracle differ.\n${difference ?? outcome.difference}`);
    }
    count(query, outcome, coverage);
  }
}

interface Comparing {
  readonly db: Db;
  readonly asked: AskedWorld;
  readonly oracle: Oracle;
}

interface Outcome {
  /** What SQL and oracle do not agree on, in words. */
  readonly difference?: string;
  /** How many of how many objects were found; absent for a query that was refused. */
  readonly found?: { readonly objects: number; readonly of: number };
}

async function compare(query: AskedQuery, comparing: Comparing): Promise<Outcome> {
  const { world } = comparing.asked;
  try {
    const node = parseQuery(query.sQuery);
    if (!isDeepStrictEqual(parseQuery(writeQuery(node)), node)) {
      return { difference: `Written again it is another: ${JSON.stringify(query.sQuery)}` };
    }
    if (query.objectType !== null) {
      const checked = checkQuery(node, world);
      return await compareType(query, { ...comparing, node, checked, objectType: checked.objectType });
    }
    const checked = checkMixedQuery(node, world);
    let found = { objects: 0, of: 0 };
    for (const { name } of Object.values(world.catalog.objectTypes).filter(({ bulkName }) => bulkName)) {
      const ofType = checked.find(({ objectType }) => objectType === name) ?? null;
      const outcome = await compareType(query, { ...comparing, node, checked: ofType, objectType: name });
      if (outcome.difference !== undefined) return outcome;
      const { objects, of } = outcome.found ?? { objects: 0, of: 0 };
      found = { objects: found.objects + objects, of: found.of + of };
    }
    return { found };
  } catch (error) {
    if (error instanceof QueryError) return {};
    return {
      difference: `${JSON.stringify(query)}\n${error instanceof Error ? error.stack : String(error)}`,
    };
  }
}

interface ComparingType extends Comparing {
  readonly objectType: string;
  readonly node: QueryNode;
  /** Null for a type that a query about several can match nothing of. */
  readonly checked: CheckedQuery | null;
}

/** @throws QueryError for what is refused only now. */
async function compareType(query: AskedQuery, comparing: ComparingType): Promise<Outcome> {
  const { db, asked, oracle, objectType, node, checked } = comparing;
  const { world, frozen } = asked;
  const sort = parseSort(query.sort, { ...world, objectType });
  const context = { ...frozen, catalog: world.catalog, tenantId: frozen.organizationId };
  const compiled = checked && compileQuery(checked, sort, context);
  const every = oracle.rowsOf(objectType);
  const matching =
    query.objectType === null ? oracle.matchingOfMixed(objectType, node) : oracle.matching(objectType, node);
  const expected = orderRows(matching, sortOf(query), { oracle, world, objectType });
  const where = compiled ? writeSql(compiled.where).sql : 'nothing, for this type is left out';
  const describe = (found: readonly string[]) => describeDifference(query, asked, { found, expected, where });
  const found = compiled ? await select(compiled, db).catch((error: unknown) => String(error)) : [];
  if (typeof found === 'string') return { difference: `${found}\n${describe([])}` };
  const ids = expected.map(({ id }) => id);
  if (!isDeepStrictEqual(found, ids)) return { difference: describe(found) };
  if (checked?.matchesEverything && found.length < every.length) {
    return { difference: `It does not match everything.\n${describe(found)}` };
  }
  return { found: { objects: found.length, of: every.length } };
}

async function select({ from, where, orderBy }: CompiledQuery, db: Db): Promise<readonly string[]> {
  const statement = sql<{ id: string }>`select id from ${from} where ${where} order by ${sql.join(orderBy)}`;
  return (await statement.execute(db)).rows.map(({ id }) => id);
}

function count(query: AskedQuery, { found }: Outcome, coverage: Coverage): void {
  if (!found) {
    coverage.refused += 1;
    return;
  }
  coverage.pairs += 1;
  if (found.objects > 0 && found.objects < found.of) coverage.discerning += 1;
  if (query.sort.length > 0 && found.objects > 1) coverage.sorted += 1;
  if (query.objectType === null) coverage.mixed += 1;
  countParts(query.sQuery, coverage.parts);
}

/** The smallest query found on the way down that SQL and oracle still differ on. */
async function shrink(query: AskedQuery, comparing: Comparing): Promise<AskedQuery> {
  let smallest = query;
  for (let step = 0, isSmaller = true; isSmaller && step < MOST_SHRINKING_STEPS; ) {
    isSmaller = false;
    for (const sQuery of smallerQueries(smallest.sQuery)) {
      step += 1;
      const candidate = { ...smallest, sQuery };
      if ((await compare(candidate, comparing)).difference === undefined) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function sortOf({ sort }: AskedQuery): readonly OracleSort[] {
  return sort.map(({ direction, field }) => ({
    direction: direction === 'asc' ? 'asc' : 'desc',
    field: fieldOf(field),
  }));
}

function fieldOf(json: unknown): OracleSort['field'] {
  const read = (key: string) => String(Reflect.get(Object(json), key));
  return read('type') === 'custom_field'
    ? { type: 'custom_field', customFieldId: read('custom_field_id') }
    : { type: 'regular_field', objectType: read('object_type'), fieldName: read('field_name') };
}
