import type { Differences } from '../differences.ts';
import { type Ask, asksOf, type Ledger, type UndoAsk } from './ledger.ts';
import type { Final } from './read-final.ts';

/** Every accepted request was done exactly once, is as its client saw it, and nothing was done that nobody asked for. */
export function compareAsks(ledger: Ledger, final: Final, differences: Differences): void {
  const made = countByRequest(final.bulkDeletes.values());
  const undone = countByRequest(final.undos.values());
  for (const { ask } of asksOf(ledger)) {
    const n = made.get(ask.requestId) ?? 0;
    made.delete(ask.requestId);
    if (ask.how === 'one' ? n < 1 : n !== 1)
      differences.add('every accepted POST exists exactly once', { ask, found: n });
    compareSeen(ask, final.bulkDeletes.get(ask.bulkDeleteId ?? ''), differences);
    compareExpected(ask, differences);
    for (const undo of ask.undos) {
      const undos = undone.get(undo.requestId) ?? 0;
      undone.delete(undo.requestId);
      if (undos !== (undo.undoId === null ? 0 : 1))
        differences.add('every accepted POST exists exactly once', { undo, found: undos });
      compareSeen(undo, final.undos.get(undo.undoId ?? ''), differences);
    }
  }
  for (const requestId of [...made.keys(), ...undone.keys()])
    differences.add('nothing is done that nobody asked for', { requestId });
}

function countByRequest(rows: Iterable<{ readonly request_id: string | null }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { request_id: id } of rows) counts.set(id ?? 'none', (counts.get(id ?? 'none') ?? 0) + 1);
  return counts;
}

/** What a client saw at the end is what there is: an end is final. */
function compareSeen(
  ask: Ask | UndoAsk,
  row: { readonly status: string; readonly n_objects: number | null } | undefined,
  differences: Differences,
): void {
  if (ask.seen === null) return;
  if (!row) {
    differences.add('what a client was told of exists', { ask });
    return;
  }
  const names = ['status', 'n_objects', 'n_objects_deleted', 'n_objects_restored', 'n_objects_not_found'];
  const columns: Readonly<Record<string, unknown>> = { ...row };
  const different = names.filter((name) => name in columns && columns[name] !== ask.seen?.[name]);
  if (different.length > 0) differences.add('an end is final', { ask, row, different });
}

/** Nobody else asks anything about the batch, so the number of objects is known before. */
function compareExpected({ expected, seen, ...ask }: Ask, differences: Differences): void {
  if (expected === null || seen === null || seen.status !== 'done') return;
  if (seen.n_objects !== expected) differences.add('n_objects is exact', { ask, expected, seen });
}
