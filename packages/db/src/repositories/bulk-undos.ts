import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { BulkUndoStatus, Database, DeletedCounts } from '../tables.ts';
import type { Trx } from '../transaction.ts';
import { NOT_WAITING, STOPPED } from './bulk-deletes.ts';

export type BulkUndoRow = Selectable<Database['bulk_undo']>;
export type NewBulkUndo = Omit<Insertable<Database['bulk_undo']>, 'n_pages'>;

/** Statuses in which a worker has something to do. */
export const WORKABLE_UNDO_STATUSES = ['created', 'processing', 'resuming'] as const;

/**
 * Makes an undo with its pages: those of the bulk delete that took something, the last one to commit first. In this
 * order each page finds the database as the page after it left it: what it needs is there. Pages that an earlier undo
 * gave back whole are left out.
 * @returns undefined when there is an undo of this id.
 */
export async function insertBulkUndo(trx: Trx, row: NewBulkUndo): Promise<BulkUndoRow | undefined> {
  const inserted = await trx
    .insertInto('bulk_undo')
    .values({ ...row, n_pages: 0 })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!inserted) return undefined;
  await sql`
    insert into bulk_undo_page (bulk_undo_id, position, page_no)
    select ${row.id}::uuid, row_number() over (order by page.date_finished desc, page.page_no desc), page.page_no
    from bulk_delete_page page
    where page.bulk_delete_id = ${row.bulk_delete_id} and page.status = 'done' and page.n_deleted > 0
      and not exists (
        select from bulk_undo_page earlier join bulk_undo on bulk_undo.id = earlier.bulk_undo_id
        where bulk_undo.bulk_delete_id = page.bulk_delete_id and earlier.page_no = page.page_no
          and earlier.status = 'done' and earlier.n_failed = 0
      )
  `.execute(trx);
  const made = await trx
    .updateTable('bulk_undo')
    .set({ n_pages: sql`(select count(*) from bulk_undo_page where bulk_undo_id = ${row.id})` })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('bulk_delete')
    .set({ undo_id: row.id })
    .where('id', '=', row.bulk_delete_id)
    .execute();
  return made;
}

/** The undo of a bulk delete that has not ended; there is one at most. */
export async function findUnfinishedUndo(
  db: Db | Trx,
  { organizationId, bulkDeleteId }: { readonly organizationId: string; readonly bulkDeleteId: string },
): Promise<BulkUndoRow | undefined> {
  return db
    .selectFrom('bulk_undo')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('bulk_delete_id', '=', bulkDeleteId)
    .where('date_finished', 'is', null)
    .executeTakeFirst();
}

/** Ids of the undos of a bulk delete that ended in `error`, by which a page may still be in hand. */
export async function listFailedUndos(trx: Trx, bulkDeleteId: string): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('bulk_undo')
    .select('id')
    .where('bulk_delete_id', '=', bulkDeleteId)
    .where('status', '=', 'error')
    .execute();
  return rows.map(({ id }) => id);
}

/** How much the archive still holds of a bulk delete: what it took, less what undos gave back or found gone. */
export async function countLeftToUndo(db: Db | Trx, bulkDeleteId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select coalesce(sum(value::bigint), 0) from bulk_delete b, jsonb_each_text(b.deleted_counts)
            where b.id = ${bulkDeleteId})::bigint
         - (select coalesce(sum(n_objects_restored + n_objects_not_found), 0) from bulk_undo
            where bulk_delete_id = ${bulkDeleteId})::bigint as n
  `.execute(db);
  return rows[0]?.n ?? 0;
}

/** One undo of the organization; another organization's is like a missing one. */
export async function findBulkUndo(
  db: Db,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<BulkUndoRow | undefined> {
  return db
    .selectFrom('bulk_undo')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** An undo of any organization, for the worker whose job carries only its id. */
export async function findBulkUndoForWork(db: Db, id: string): Promise<BulkUndoRow | undefined> {
  return db.selectFrom('bulk_undo').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Undos of the organization, newest first. */
export async function listBulkUndos(
  db: Db,
  ask: {
    readonly organizationId: string;
    /** Only those of this bulk delete. */
    readonly bulkDeleteId?: string | undefined;
    readonly limit: number;
    readonly skip: number;
  },
): Promise<readonly BulkUndoRow[]> {
  const { bulkDeleteId } = ask;
  return db
    .selectFrom('bulk_undo')
    .selectAll()
    .where('organization_id', '=', ask.organizationId)
    .$if(bulkDeleteId !== undefined, (query) => query.where('bulk_delete_id', '=', bulkDeleteId ?? ''))
    .orderBy('date_created', 'desc')
    .orderBy('id', 'desc')
    .limit(ask.limit)
    .offset(ask.skip)
    .execute();
}

/** created or resuming -> processing. Undefined when it was neither, or is to stop. */
export async function markUndoProcessing(trx: Trx | Db, id: string): Promise<BulkUndoRow | undefined> {
  return trx
    .updateTable('bulk_undo')
    .set({ status: 'processing', date_started: sql`coalesce(date_started, now())`, date_updated: sql`now()` })
    .where('id', '=', id)
    .where('status', 'in', ['created', 'resuming'])
    .where('asked', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Any unfinished status -> error, with the reason that the API shows. Undefined when it had already ended. */
export async function failBulkUndo(trx: Trx, id: string, reason: string): Promise<BulkUndoRow | undefined> {
  return trx
    .updateTable('bulk_undo')
    .set({
      status: 'error',
      error_message: reason,
      date_updated: sql`now()`,
      date_finished: sql`now()`,
      ...STOPPED,
    })
    .where('id', '=', id)
    .where('status', 'in', [...WORKABLE_UNDO_STATUSES, 'paused'])
    .returningAll()
    .executeTakeFirst();
}

/** What one page, or a piece of it, adds to its undo. */
export interface UndoPageCounts {
  readonly nRestored: number;
  readonly nFailed: number;
  readonly nLinksRestored: number;
  readonly nLinksFailed: number;
  readonly restoredCounts: DeletedCounts;
}

/** The same as `lockForCounting`, of an undo. */
export async function lockUndoForCounting(trx: Trx, id: string): Promise<boolean> {
  const row = await trx
    .selectFrom('bulk_undo')
    .select('id')
    .where('id', '=', id)
    .where('status', '=', 'processing')
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Marks the page done, unless this was only a piece of it, and adds the counts to the undo, which is `done` with the last
 * page. What is then neither given back nor a conflict had left the archive before its turn.
 * @returns the undo after the page; `date_announced = date_updated` says that an event is due.
 */
export async function finishUndoPage(
  trx: Trx,
  page: { readonly undoId: string; readonly position: number; readonly isDone: boolean },
  counts: UndoPageCounts,
  announceEveryMs: number,
): Promise<BulkUndoRow> {
  const isLast = sql<boolean>`${page.isDone}::boolean and status = 'processing' and n_pages_done + 1 = n_pages`;
  const row = await trx
    .with('finished_page', (db) =>
      db
        .updateTable('bulk_undo_page')
        .set({
          status: page.isDone ? 'done' : 'pending',
          n_restored: sql`n_restored + ${counts.nRestored}`,
          n_failed: sql`n_failed + ${counts.nFailed + counts.nLinksFailed}`,
          date_finished: page.isDone ? sql`clock_timestamp()` : null,
        })
        .where('bulk_undo_id', '=', page.undoId)
        .where('position', '=', page.position),
    )
    .updateTable('bulk_undo')
    .set({
      n_pages_done: sql`n_pages_done + ${page.isDone ? 1 : 0}`,
      n_objects_restored: sql`n_objects_restored + ${counts.nRestored}`,
      n_objects_failed: sql`n_objects_failed + ${counts.nFailed}`,
      n_objects_not_found: sql`case when ${isLast}
        then n_objects - n_objects_restored - n_objects_failed - ${counts.nRestored + counts.nFailed} else 0 end`,
      n_links_restored: sql`n_links_restored + ${counts.nLinksRestored}`,
      n_links_failed: sql`n_links_failed + ${counts.nLinksFailed}`,
      restored_counts: sql`(
        select coalesce(jsonb_object_agg(key, total), '{}')
        from (
          select key, sum(value::bigint) as total
          from (
            select key, value from jsonb_each_text(restored_counts)
            union all
            select key, value from jsonb_each_text(${JSON.stringify(counts.restoredCounts)}::jsonb)
          ) as entry
          group by key
        ) as merged
      )`,
      status: sql<BulkUndoStatus>`case when ${isLast} then 'done' else status end`,
      date_updated: sql`statement_timestamp()`,
      date_finished: sql`case when ${isLast} then statement_timestamp() else date_finished end`,
      // Finished before it could stop: there is nothing left to stop.
      asked: sql`case when ${isLast} then null else asked end`,
      date_asked: sql`case when ${isLast} then null else date_asked end`,
      date_announced: sql`case
        when date_announced is null or date_announced < statement_timestamp() - ${announceEveryMs} * interval '1 millisecond'
        then statement_timestamp() else date_announced end`,
      ...NOT_WAITING,
    })
    .where('id', '=', page.undoId)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (row.status === 'done') {
    await trx
      .updateTable('bulk_delete')
      .set({ date_undone: row.date_finished })
      .where('id', '=', row.bulk_delete_id)
      .execute();
  }
  return row;
}

/** Undos that have work which can be done now, or are to stop, and no worker. */
export async function findIdleBulkUndos(
  db: Db,
  { idleForMs, limit }: { readonly idleForMs: number; readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with unfinished as materialized (
      select id from bulk_undo u
      where status = any(${[...WORKABLE_UNDO_STATUSES]}::text[])
        and date_updated < now() - ${idleForMs} * interval '1 millisecond'
        and (status <> 'processing' or asked is not null or coalesce((
          select not_before is null or not_before <= now() from bulk_undo_page p
          where p.bulk_undo_id = u.id and p.status = 'pending' order by position limit 1
        ), false))
      order by date_updated
      limit ${limit}
      for update skip locked
    )
    select id from unfinished where pg_try_advisory_xact_lock(hashtextextended(id::text, 1))
  `.execute(db);
  return rows.map(({ id }) => id);
}
