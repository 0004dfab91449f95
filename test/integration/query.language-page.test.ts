import { readFile } from 'node:fs/promises';
import { decodeId } from '@winnow/catalog';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLeadFinder, type LeadFinder } from '../support/lead-finder.ts';
import { about, text, where } from '../support/query-json.ts';

const page = await readFile(new URL('../../docs/query-language.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^#+ (.*)$|^```json\n([\s\S]*?)\n```$/gm)].reduce<{
  readonly heading: string;
  readonly found: readonly (readonly [string, unknown])[];
}>(
  ({ heading, found }, [, title, json]) =>
    json === undefined
      ? { heading: title ?? heading, found }
      : { heading, found: [...found, [`${found.length + 1}, ${heading}`, JSON.parse(json)]] },
  { heading: '', found: [] },
).found;

/** What the saved search of the page says. */
const savedSearches = new Map([
  [decodeId('save', 'save_02f3YPwpQ4lVcn3T5kzMs8') ?? '', where('lead.name', text('full_words', 'acme'))],
]);

const queries = blocks.filter(([, json]) => !Array.isArray(json));
const sorts = blocks.filter(([, json]) => Array.isArray(json));

let finder: LeadFinder;

beforeAll(async () => {
  finder = await createLeadFinder();
});

/** Every value of `key` in some JSON. */
function valuesOf(key: string, json: unknown): readonly unknown[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(key, value),
  ]);
}

describe('docs/query-language.md', () => {
  it.each(queries)('has a query that runs, and matches less than everything: block %s', async (_, json) => {
    const { checked } = finder.compile(json, { savedSearches });
    expect(checked.matchesEverything).toBe(false);
    await expect(finder.selectIds(json, { savedSearches })).resolves.toBeInstanceOf(Array);
  });

  it.each(sorts)('has a sort that runs: block %s', async (_, sort) => {
    await expect(finder.selectIds(about('lead'), { sort })).resolves.toHaveLength(5);
  });

  it('has an example of every node, field, condition, text mode and moment', () => {
    const json = blocks.map(([, block]) => block);
    expect(new Set(valuesOf('type', json))).toEqual(
      new Set([
        ...['and', 'or', 'object_type', 'id', 'text', 'saved_search', 'match_all'],
        ...['field_condition', 'has_related'],
        ...['regular_field', 'custom_field'],
        ...['text', 'term', 'boolean', 'exists', 'reference', 'current_user', 'number_range', 'moment_range'],
        ...['local_time'],
        ...['now', 'fixed_utc', 'offset', 'fixed_local_date', 'start_end_of_predefined_relative_period'],
      ]),
    );
    expect(new Set(valuesOf('mode', json))).toEqual(
      new Set(['full_words', 'phrase', 'beginning_of_words', 'exact_value']),
    );
    expect(new Set(valuesOf('direction', json))).toEqual(new Set(['past', 'future', 'asc', 'desc']));
  });
});
