import { type Selectable, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

export type UndoPageRow = Selectable<Database['bulk_undo_page']>;
export type UndoConflictRow = Selectable<Database['bulk_undo_conflict']>;

/**
 * The next page of an undo, locked; undefined when there is none, it has to wait, or the undo is to stop. Always the
 * first that is not done: a later one may need what this one gives back.
 */
export async function claimUndoPage(trx: Trx, undoId: string): Promise<UndoPageRow | undefined> {
  const page = await trx
    .selectFrom('bulk_undo_page as page')
    .innerJoin('bulk_undo', 'bulk_undo.id', 'page.bulk_undo_id')
    .selectAll('page')
    .select(sql<boolean>`not_before is null or not_before <= now()`.as('is_due'))
    .where('page.bulk_undo_id', '=', undoId)
    .where('bulk_undo.status', '=', 'processing')
    .where('bulk_undo.asked', 'is', null)
    .where('page.status', '=', 'pending')
    .orderBy('page.position')
    .limit(1)
    .forUpdate('page')
    .executeTakeFirst();
  return page?.is_due ? page : undefined;
}

/** Milliseconds until the page that has to wait may be tried; undefined when none waits. */
export async function nextUndoPageDelayMs(db: Db, undoId: string): Promise<number | undefined> {
  const { rows } = await sql<{ delay_ms: number | null }>`
    select greatest(0, ceil(extract(epoch from min(not_before) - clock_timestamp()) * 1000))::int as delay_ms
    from bulk_undo_page
    where bulk_undo_id = ${undoId} and status = 'pending' and not_before > clock_timestamp()
  `.execute(db);
  return rows[0]?.delay_ms ?? undefined;
}

/** Puts a page off whose work failed, unless another worker has had it since. */
export async function postponeUndoPage(db: Db | Trx, page: UndoPageRow, delayMs: number): Promise<void> {
  await db
    .updateTable('bulk_undo_page')
    .set({
      attempts: page.attempts + 1,
      not_before: sql<Date>`clock_timestamp() + ${delayMs} * interval '1 millisecond'`,
    })
    .where('bulk_undo_id', '=', page.bulk_undo_id)
    .where('position', '=', page.position)
    .where('status', '=', 'pending')
    .where('attempts', '=', page.attempts)
    .execute();
}

/** Why one record, or one link of it, could not be given back. */
export interface NewUndoConflict {
  readonly objectType: string;
  readonly objectId: string;
  /** Column of the link; empty for the record itself. */
  readonly link: string;
  readonly code: string;
  readonly message: string;
}

export async function insertUndoConflicts(
  trx: Trx,
  undoId: string,
  conflicts: readonly NewUndoConflict[],
): Promise<void> {
  if (conflicts.length === 0) return;
  // One array a column: a page may have more conflicts than a statement has parameters.
  await sql`
    insert into bulk_undo_conflict (bulk_undo_id, object_type, object_id, link, code, message)
    select ${undoId}::uuid, * from unnest(
      ${conflicts.map(({ objectType }) => objectType)}::text[], ${conflicts.map(({ objectId }) => objectId)}::uuid[],
      ${conflicts.map(({ link }) => link)}::text[], ${conflicts.map(({ code }) => code)}::text[],
      ${conflicts.map(({ message }) => message)}::text[])
  `.execute(trx);
}

/** The conflicts of an undo, by object type and id. */
export async function listUndoConflicts(
  db: Db,
  { undoId, limit, skip }: { readonly undoId: string; readonly limit: number; readonly skip: number },
): Promise<readonly UndoConflictRow[]> {
  return db
    .selectFrom('bulk_undo_conflict')
    .selectAll()
    .where('bulk_undo_id', '=', undoId)
    .orderBy('object_type')
    .orderBy('object_id')
    .orderBy('link')
    .limit(limit)
    .offset(skip)
    .execute();
}
