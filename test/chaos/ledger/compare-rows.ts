import type { Differences } from '../differences.ts';
import { asksOf, type Batch, COUNTED_TABLES, type KnownRow, type Ledger } from './ledger.ts';
import { countByTable, type Final, type FinalRow } from './read-final.ts';

/** Every row lives, is archived exactly once, or was deleted for good by somebody who asked for that; and is the same. */
export function compareRows(ledger: Ledger, final: Final, differences: Differences): void {
  const found = new Map<string, FinalRow>();
  for (const row of final.rows) {
    const known = ledger.rows.get(row.id);
    if (found.has(row.id))
      differences.add('a row is there exactly once', { first: found.get(row.id), second: row });
    found.set(row.id, row);
    if (!known) differences.add('no row is there that nobody made', { row });
    else compareRow(known, row, differences);
  }
  for (const [id, known] of ledger.rows) {
    if (found.has(id) || known.batch.asks.some(({ archive }) => !archive)) continue;
    differences.add('a row lives or is archived unless its deletion for good was asked for', {
      id,
      table: known.table,
      tag: known.batch.tag,
    });
  }
  compareNumbers(ledger, found, final, differences);
}

function compareRow(known: KnownRow, row: FinalRow, differences: Differences): void {
  if (known.digest !== row.digest) differences.add('a row is the same as before, to the byte', { row });
  if (row.takenBy === null) return;
  if (!known.batch.asks.some((ask) => isBy(ask, row.takenBy)))
    differences.add('nothing is touched that nobody asked for', { row, tag: known.batch.tag });
}

/** A single DELETE whose answer was lost: its client does not know the id of what it made. */
function isBy(ask: Batch['asks'][number], takenBy: string | null): boolean {
  return ask.how === 'one' || ask.bulkDeleteId === takenBy;
}

/** Of each batch as many rows live as were made, less what bulk deletes took, and with what undos gave back. */
function compareNumbers(
  ledger: Ledger,
  found: ReadonlyMap<string, FinalRow>,
  final: Final,
  differences: Differences,
): void {
  const taken = sumByBatch(ledger, final);
  for (const batch of ledger.batches) {
    for (const table of COUNTED_TABLES) {
      const ids = batch.ids[table];
      const live = ids.filter((id) => found.get(id)?.takenBy === null).length;
      const promised = ids.length - (taken.get(batch)?.get(table) ?? 0);
      if (live !== promised)
        differences.add('as many rows of a batch live as its clients were told', {
          tag: batch.tag,
          table,
          made: ids.length,
          live,
          promised,
          asks: batch.asks,
        });
    }
  }
}

/** Rows of each batch, by table, that bulk deletes say they took and no undo says it gave back. */
function sumByBatch(ledger: Ledger, final: Final): ReadonlyMap<Batch, ReadonlyMap<string, number>> {
  const byRequest = new Map<string, Batch>();
  for (const { batch, ask } of asksOf(ledger)) byRequest.set(ask.requestId, batch);
  const sums = new Map<Batch, Map<string, number>>();
  const add = (batch: Batch | undefined, counts: Readonly<Record<string, number>>, sign: 1 | -1): void => {
    if (!batch) return;
    const sum = sums.get(batch) ?? new Map<string, number>();
    for (const [table, n] of countByTable(counts)) sum.set(table, (sum.get(table) ?? 0) + sign * n);
    sums.set(batch, sum);
  };
  const batchOfBulkDelete = new Map<string, Batch | undefined>();
  for (const row of final.bulkDeletes.values()) {
    const batch = byRequest.get(row.request_id ?? '');
    batchOfBulkDelete.set(row.id, batch);
    add(batch, row.deleted_counts, 1);
  }
  for (const undo of final.undos.values())
    add(batchOfBulkDelete.get(undo.bulk_delete_id), undo.restored_counts, -1);
  return sums;
}
