import type { Catalog } from '@winnow/catalog';
import type { BulkDeleteRow, Db } from '@winnow/db';
import {
  type PlacedResult,
  type Result,
  type ResultPosition,
  type ResultsAsk,
  walkResults,
} from './walk-results.ts';

/**
 * One part of the results of a bulk delete, of one moment.
 * @returns `next`: the position that the next part begins behind, null when there is none.
 */
export async function listResults(
  { db, catalog }: { readonly db: Db; readonly catalog: Catalog },
  bulkDelete: BulkDeleteRow,
  { limit, ...ask }: Omit<ResultsAsk, 'batch'> & { readonly limit: number },
): Promise<{ readonly results: readonly Result[]; readonly next: ResultPosition | null }> {
  // One more than is asked for says whether there is another part.
  const most = limit + 1;
  const placed = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const found: PlacedResult[] = [];
      for await (const next of walkResults({ db: trx, catalog }, bulkDelete, { ...ask, batch: most })) {
        found.push(next);
        if (found.length === most) break;
      }
      return found;
    });
  return {
    results: placed.slice(0, limit).map(({ result }) => result),
    next: placed.length > limit ? (placed[limit - 1]?.position ?? ask.after) : null,
  };
}
