import { CRM_CATALOG } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { isReadable } from '../support/oracle/fields.ts';
import { compareWorld } from '../support/world/compare.ts';
import { createCoverage } from '../support/world/coverage.ts';

/** The same records and queries in every run; `npm run fuzz` makes others. */
const WORLDS = 20;
const QUERIES_A_WORLD = 110;
const LEAST_PAIRS = 2_000;

let db: Db;
const coverage = createCoverage();

beforeAll(async () => {
  ({ db } = await createDatabase());
});

describe('SQL finds what the language says, in the order that it says', () => {
  it.each(Array.from({ length: WORLDS }, (_, world) => world + 1))('in world %i', async (seed) => {
    await compareWorld(db, seed, QUERIES_A_WORLD, coverage);
  });
});

describe('what was asked', () => {
  it('is enough, and told something', () => {
    expect(coverage.pairs).toBeGreaterThanOrEqual(LEAST_PAIRS);
    expect(coverage.discerning).toBeGreaterThan(coverage.pairs / 2);
    expect(coverage.sorted).toBeGreaterThan(coverage.pairs / 4);
    expect(coverage.mixed).toBeGreaterThan(coverage.pairs / 50);
    expect(coverage.refused).toBeLessThan(coverage.pairs / 20);
  });

  it('can be every field that the catalog says may be searched: the oracle knows them all', () => {
    const unknown = Object.values(CRM_CATALOG.objectTypes).flatMap((type) =>
      Object.values(type.fields)
        .filter((field) => field.searchable && !isReadable(field, type))
        .map(({ name }) => `${type.name}.${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it.each([
    ['node', ['and', 'or', 'object_type', 'id', 'text', 'match_all', 'saved_search', 'field_condition']],
    ['node', ['has_related']],
    ['field', ['regular_field', 'custom_field']],
    ['condition', ['text', 'boolean', 'exists', 'term', 'reference', 'current_user', 'number_range']],
    ['condition', ['moment_range', 'local_time']],
    ['mode', ['full_words', 'phrase', 'beginning_of_words', 'exact_value']],
    ['reference_type', ['user', 'user_or_group', 'status.lead', 'status.opportunity', 'lead', 'contact']],
    ['moment', ['now', 'fixed_utc', 'fixed_local_date', 'offset', 'start_end_of_predefined_relative_period']],
    ['direction', ['past', 'future']],
    ['which', ['start', 'end']],
    ['which_day_end', ['start', 'end']],
    ['range', ['today', 'yesterday', 'tomorrow', 'this-week', 'last-week', 'next-week', 'this-month']],
    ['range', ['last-month', 'next-month', 'this-quarter', 'last-quarter', 'next-quarter', 'this-year']],
    ['range', ['last-year', 'next-year']],
    ['object_type', Object.keys(CRM_CATALOG.objectTypes)],
  ])('has every %s: %j', (role, names) => {
    expect(names.filter((name) => !coverage.parts.has(`${role} ${name}`))).toEqual([]);
  });
});
