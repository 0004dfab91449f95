import { CRM_CATALOG, objectTypeOf, tableOf } from '@winnow/catalog';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSql } from '../../../test/support/compiled-query.ts';
import { catalogNames, textsIn } from '../../../test/support/hostile-queries/catalog-names.ts';
import { mutated } from '../../../test/support/hostile-queries/mutations.ts';
import { createOracle, type Oracle } from '../../../test/support/oracle/evaluate.ts';
import { withSavedSearches } from '../../../test/support/world/saved-searches.ts';
import { type AskedWorld, askedWorld } from '../../../test/support/world/world-arbitrary.ts';
import { worldQueries } from '../../../test/support/world/world-queries.ts';
import { checkMixedQuery, checkQuery } from './check/query.ts';
import type { CheckedQuery, SortItem } from './checked.ts';
import { compileQuery } from './compile/query.ts';
import { QueryError } from './errors.ts';
import { parseQuery } from './parse/query.ts';
import { parseSort } from './sort.ts';

const SEED = 20_260;
const VALID_QUERIES = 2_000;
const BATCHES = 20;
const MUTANTS_A_BATCH = 1_000;
const SORTS = 2_000;
/** Shorter texts stand in any SQL by chance. */
const TELLING_CHARACTERS = 4;

let asked: AskedWorld;
let oracle: Oracle;
let valid: readonly unknown[];
let sorts: readonly unknown[];
let sortedTypes: readonly string[];
let names: ReadonlySet<string>;
const outcomes = { refused: 0, accepted: 0, everything: 0 };

beforeAll(() => {
  const [made] = fc.sample(askedWorld(), { seed: SEED, numRuns: 1 });
  if (!made) throw new Error('no world was made');
  const saved = withSavedSearches(made, SEED);
  asked = saved.asked;
  oracle = createOracle(asked.world, asked.frozen);
  const queries = worldQueries(asked, oracle, saved.savedSearches);
  const samples = fc.sample(queries, { seed: SEED, numRuns: VALID_QUERIES });
  valid = samples.map(({ sQuery }) => sQuery);
  sorts = samples.map(({ sort }) => sort).filter((sort) => sort.length > 0);
  sortedTypes = samples.filter(({ sort }) => sort.length > 0).map(({ objectType }) => objectType ?? '');
  names = catalogNames(asked.world.catalog);
});

/** What `work` gives; undefined where it refuses the JSON. @throws Error when it fails in any other way */
function orRefuse<T>(json: unknown, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw new Error(`${show(json)} is answered with ${error instanceof Error ? error.stack : error}`);
  }
}

function toSql(checked: CheckedQuery, sort: readonly SortItem[] = []) {
  const { frozen, world } = asked;
  return compileQuery(checked, sort, { ...frozen, catalog: world.catalog, tenantId: frozen.organizationId });
}

/** All the way to SQL. */
function compile(json: unknown) {
  return orRefuse(json, () => {
    const node = parseQuery(json);
    const checked = checkQuery(node, asked.world);
    return { node, checked, ...writeSql(toSql(checked).where) };
  });
}

function show(json: unknown): string {
  const text = fc.stringify(json);
  return text.length > 3_000 ? `${text.slice(0, 3_000)}…` : text;
}

/** What binds a statement to its organization and object type, and narrows it no further. */
function bindingOf(objectType: string): string {
  const type = objectTypeOf(CRM_CATALOG, objectType);
  const { typeColumn } = tableOf(CRM_CATALOG, type.table);
  return `"t0"."organization_id" = $1::uuid${typeColumn === undefined ? '' : ` and "t0"."${typeColumn}" = $2`}`;
}

/** As a word of its own, if it is one. */
function standsIn(sql: string, text: string): boolean {
  if (text.length < TELLING_CHARACTERS || !sql.includes(text)) return false;
  return !/^\w+$/.test(text) || new RegExp(`\\b${text}\\b`).test(sql);
}

function examine(json: unknown): void {
  // A search may leave out what it is about; then every type of object is asked.
  orRefuse(json, () => checkMixedQuery(parseQuery(json), asked.world).map((checked) => toSql(checked)));
  const compiled = compile(json);
  if (!compiled) {
    outcomes.refused += 1;
    return;
  }
  outcomes.accepted += 1;
  const { node, checked, sql, parameters } = compiled;
  // What narrows nothing has to say so, or it would delete everything unasked.
  if ((sql === bindingOf(checked.objectType)) !== checked.matchesEverything) {
    throw new Error(`${show(json)} says matchesEverything: ${checked.matchesEverything}, and is ${sql}`);
  }
  if (checked.matchesEverything) {
    outcomes.everything += 1;
    const every = oracle.rowsOf(checked.objectType);
    if (oracle.matching(checked.objectType, node).length < every.length) {
      throw new Error(`${show(json)} would match more than it says`);
    }
  }
  const leaked = textsIn(json).filter((text) => !names.has(text) && standsIn(sql, text));
  if (leaked.length > 0) throw new Error(`${JSON.stringify(leaked)} of ${show(json)} stands in ${sql}`);
  if (new Set(sql.match(/\$\d+/g)).size !== parameters.length) throw new Error(`not all is bound in ${sql}`);
}

describe('a malformed query', () => {
  it.each(Array.from({ length: BATCHES }, (_, batch) => batch + 1))(
    'is refused by a QueryError, or means what it says: batch %i',
    (batch) => {
      for (const json of fc.sample(mutated(valid), { seed: SEED + batch, numRuns: MUTANTS_A_BATCH }))
        examine(json);
    },
  );

  it('is refused more often than not, and not always', () => {
    expect(outcomes.refused + outcomes.accepted).toBe(BATCHES * MUTANTS_A_BATCH);
    expect(outcomes.refused).toBeGreaterThan(outcomes.accepted);
    expect(outcomes.accepted).toBeGreaterThan(1_000);
    expect(outcomes.everything).toBeGreaterThan(10);
  });
});

describe('a malformed sort', () => {
  it('is refused by a QueryError, or orders by fields of the catalog', () => {
    const { world } = asked;
    for (const [index, sort] of fc.sample(mutated(sorts), { seed: SEED, numRuns: SORTS }).entries()) {
      const objectType = sortedTypes[index % sortedTypes.length] ?? '';
      orRefuse(sort, () => {
        const items = parseSort(sort, { ...world, objectType });
        const checked = checkQuery(parseQuery({ type: 'object_type', object_type: objectType }), world);
        for (const order of toSql(checked, items).orderBy) {
          expect(writeSql(order).sql).not.toMatch(/drop|'1'|sleep/);
        }
      });
    }
  });
});
