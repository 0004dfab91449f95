import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLeadFinder, type LeadFinder } from '../support/lead-finder.ts';
import { leadQuery } from '../support/query-arbitrary.ts';
import { all, any, not, query } from '../support/query-json.ts';

let finder: LeadFinder;

beforeAll(async () => {
  finder = await createLeadFinder();
});

describe('any valid query', () => {
  it('runs, finds no object of another organization, and with its negation finds each object once', async () => {
    const everyId = await finder.selectIds(query('lead'));
    const property = fc.asyncProperty(leadQuery, async (json) => {
      const found = await finder.selectIds(json);
      const others = await finder.selectIds(query('lead', not(json)));
      expect([...found, ...others].sort()).toEqual([...everyId].sort());
      if (finder.compile(json).checked.matchesEverything) expect(found).toEqual(everyId);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('combines with others as sets do', async () => {
    const property = fc.asyncProperty(leadQuery, leadQuery, async (one, two) => {
      const a = await finder.selectIds(one);
      const b = await finder.selectIds(two);
      expect(await finder.selectIds(all(one, two))).toEqual(a.filter((id) => b.includes(id)));
      expect(await finder.selectIds(query('lead', any(one, two)))).toEqual([...new Set([...a, ...b])].sort());
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
