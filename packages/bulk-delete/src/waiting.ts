import {
  type BulkDeleteRow,
  type BulkUndoRow,
  type Db,
  errorCode,
  noteBulkDeleteWaiting,
  noteBulkUndoWaiting,
  pingDatabase,
  recoveryFor,
  type Trx,
} from '@winnow/db';
import { isFinished } from './status.ts';
import { isUndoFinished } from './undo/status.ts';

/** What somebody who waits is told, by SQLSTATE. Postgres's own sentences name files and processes of the server. */
const REASONS: Readonly<Record<string, string>> = {
  '25006': 'Postgres is read-only',
  '40001': 'Somebody else changes the same records at the same time',
  '40P01': 'It met a deadlock with somebody else',
  '53100': 'Postgres has no disk space left',
  '53200': 'Postgres has no memory left',
  '53300': 'Postgres has no connection left',
  '55P03': 'Somebody else holds a lock on its records',
  '57014': 'A statement took longer than it may',
  '58030': 'Postgres cannot read or write its files',
};

/** Why work cannot go on for the moment, in one sentence. */
export function sayWaiting(code: string): string {
  return `${REASONS[code] ?? 'Postgres cannot do the work'} (${code}). It is tried again by itself.`;
}

/** Postgres answers, and may take a small change although it could not do the work: what is about the work, or class 53, 58. */
function isWorthNoting(error: unknown): boolean {
  return recoveryFor(error) === 'retry' || /^5[38]/.test(errorCode(error));
}

/**
 * Keeps why a bulk delete or an undo waits after work on it that failed outside of a page, as well as that can be done
 * now: the error itself may say that nothing can be written. Never throws.
 */
export async function noteFailedTurn(
  db: Db,
  error: unknown,
  { id, isUndo }: { readonly id: string; readonly isUndo: boolean },
): Promise<void> {
  if (!isWorthNoting(error)) return;
  await noteWaiting(db, sayWaiting(errorCode(error)), { id, isUndo }).catch(() => undefined);
}

/** Keeps why it waits, as a part of a transaction. */
export function noteWaiting(
  db: Db | Trx,
  reason: string,
  { id, isUndo }: { readonly id: string; readonly isUndo: boolean },
): Promise<void> {
  return isUndo ? noteBulkUndoWaiting(db, id, reason) : noteBulkDeleteWaiting(db, id, reason);
}

/**
 * The rows as they are to be shown. While Postgres is read-only nobody can store why the unfinished ones wait, so
 * that is found out when they are read; since when is not known then.
 */
export async function withWaiting<Row extends BulkDeleteRow | BulkUndoRow>(
  db: Db,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  if (!rows.some(isWorkable) || (await pingDatabase(db)) === 'ok') return rows;
  return rows.map((row) => (isWorkable(row) ? { ...row, waiting_reason: sayWaiting('25006') } : row));
}

/** Whether workers would go on with it. */
export function isWorkable(row: BulkDeleteRow | BulkUndoRow): boolean {
  if (row.status === 'paused') return false;
  return 'bulk_delete_id' in row ? !isUndoFinished(row.status) : !isFinished(row.status);
}
