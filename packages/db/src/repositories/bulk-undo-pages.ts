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

/**
 * Milliseconds until the next page that has to wait may be tried; undefined when none waits. In the transaction that found
 * no page to claim: what was not due then is by the same moment what has to wait, and the rest is in the hands of others.
 */
export async function nextUndoPageDelayMs(trx: Trx, undoId: string): Promise<number | undefined> {
  const { rows } = await sql<{ delay_ms: number | null }>`
    select ceil(extract(epoch from min(not_before) - clock_timestamp()) * 1000)::int as delay_ms
    from bulk_undo_page
    where bulk_undo_id = ${undoId} and status = 'pending' and not_before > now()
  `.execute(trx);
  const delayMs = rows[0]?.delay_ms ?? undefined;
  return delayMs === undefined ? undefined : Math.max(0, delayMs);
}

/** The page again, locked, if it still is as it was when it failed; undefined when another worker has had it since. */
export async function lockFailedUndoPage(trx: Trx, page: UndoPageRow): Promise<UndoPageRow | undefined> {
  return trx
    .selectFrom('bulk_undo_page')
    .selectAll()
    .where('bulk_undo_id', '=', page.bulk_undo_id)
    .where('position', '=', page.position)
    .where('status', '=', 'pending')
    .where('attempts', '=', page.attempts)
    .where(sql<boolean>`piece_size is not distinct from ${page.piece_size}::int`)
    .where('n_restored', '=', page.n_restored)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

/** How a page is gone on with. */
export interface UndoPagePlan {
  readonly attempts: number;
  /** Milliseconds until it may be tried. */
  readonly delayMs: number;
  /** Most records of one transaction; null: all of the page. */
  readonly pieceSize: number | null;
}

/** Says how a page is gone on with whose work failed. */
export async function replanUndoPage(trx: Trx, page: UndoPageRow, plan: UndoPagePlan): Promise<void> {
  await trx
    .updateTable('bulk_undo_page')
    .set({
      attempts: plan.attempts,
      not_before: sql<Date>`clock_timestamp() + ${plan.delayMs} * interval '1 millisecond'`,
      piece_size: plan.pieceSize,
    })
    .where('bulk_undo_id', '=', page.bulk_undo_id)
    .where('position', '=', page.position)
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

/**
 * Records the conflicts of a page. A record, or a link, that an earlier page of the undo could not give back either keeps
 * the reason of that page: made again meanwhile, it went twice with one bulk delete.
 */
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
    on conflict do nothing
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
