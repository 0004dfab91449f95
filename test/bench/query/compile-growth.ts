import { CRM_CATALOG } from '@winnow/catalog';
import { checkQuery, compileQuery, parseQuery } from '@winnow/query';
import { FROZEN, writeSql } from '../../support/compiled-query.ts';
import { all, any, not, query, text, where } from '../../support/query-json.ts';

const SIZES = [1_000, 4_000] as const;
const RUNS = 7;

export interface CompileGrowth {
  readonly ms: readonly number[];
  /** How many times as long a node takes in the large query as in the small one. */
  readonly perNode: number;
}

/** From JSON to SQL text for a small and a large query of the same kind: a node must cost the same in both. */
export function measureCompileGrowth(): CompileGrowth {
  const ms = SIZES.map((size) => {
    const json = queryOf(size);
    const times = Array.from({ length: RUNS }, () => {
      const started = performance.now();
      const checked = checkQuery(parseQuery(json), { catalog: CRM_CATALOG, customFields: new Map() });
      writeSql(compileQuery(checked, [], { ...FROZEN, catalog: CRM_CATALOG }).where);
      return performance.now() - started;
    });
    return Math.min(...times);
  });
  const [small = Number.NaN, large = Number.NaN] = ms;
  return { ms, perNode: large / SIZES[1] / (small / SIZES[0]) };
}

/** A query of about so many nodes. */
function queryOf(nodes: number): unknown {
  const group = (index: number) =>
    all(
      not(where('lead.name', text('phrase', `word ${index}`))),
      where('lead.date_created', { type: 'moment_range', gte: '2026-01-01' }),
      where('lead.url', { type: 'exists' }),
    );
  return query('lead', any(...Array.from({ length: nodes / 4 }, (_, index) => group(index))));
}
