import { encodeId, ID_PREFIX } from '@winnow/catalog';
import { checkQuery, parseQuery, QueryError, type QueryNode } from '@winnow/query';
import fc from 'fast-check';
import { createOracle } from '../oracle/evaluate.ts';
import type { AskedWorld } from './world-arbitrary.ts';
import { worldQueries } from './world-queries.ts';

const ROUNDS = 2;
const SEARCHES_A_ROUND = 25;

export interface SavedWorld {
  readonly asked: AskedWorld;
  /** Wire ids by object type. */
  readonly savedSearches: ReadonlyMap<string, readonly string[]>;
}

/** Adds saved searches to a world; those of the second round name some of the first. */
export function withSavedSearches(made: AskedWorld, seed: number): SavedWorld {
  const oracle = createOracle(made.world, made.frozen);
  const trees = new Map<string, QueryNode>();
  const savedSearches = new Map<string, string[]>();
  for (let round = 0; round < ROUNDS; round++) {
    const queries = worldQueries(made, oracle, new Map(savedSearches));
    for (const { objectType, sQuery } of fc.sample(queries, {
      seed: seed + round,
      numRuns: SEARCHES_A_ROUND,
    })) {
      if (objectType === null) continue;
      const node = parseAccepted(sQuery, { ...made.world, savedSearches: trees });
      if (!node) continue;
      const id = `5a000000-0000-7000-8000-${String(trees.size).padStart(12, '0')}`;
      trees.set(id, node);
      savedSearches.set(objectType, [
        ...(savedSearches.get(objectType) ?? []),
        encodeId(ID_PREFIX.savedSearch, id),
      ]);
    }
  }
  return { asked: { ...made, world: { ...made.world, savedSearches: trees } }, savedSearches };
}

function parseAccepted(sQuery: unknown, context: Parameters<typeof checkQuery>[1]): QueryNode | undefined {
  try {
    const node = parseQuery(sQuery);
    checkQuery(node, context);
    return node;
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}
