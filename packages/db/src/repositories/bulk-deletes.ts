import { type Insertable, type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { BulkDeleteStatus, Database, DeletedCounts } from '../tables.ts';
import type { Trx } from '../transaction.ts';
import { RESOLVING_LANE, takeResolvingLane } from './lanes.ts';

export type BulkDeleteRow = Selectable<Database['bulk_delete']>;
export type NewBulkDelete = Insertable<Database['bulk_delete']>;

/** Statuses in which a worker has something to do. */
export const WORKABLE_STATUSES = ['created', 'loading', 'processing', 'resuming'] as const;

/** It goes on. */
export const NOT_WAITING = { waiting_reason: null, date_waiting: null } as const;

/** Nothing is asked of a bulk delete that has ended, it is not paused, and waits for nothing. */
export const STOPPED = { asked: null, date_asked: null, date_paused: null, ...NOT_WAITING } as const;

export async function insertBulkDelete(db: Db | Trx, row: NewBulkDelete): Promise<BulkDeleteRow> {
  return db.insertInto('bulk_delete').values(row).returningAll().executeTakeFirstOrThrow();
}

/** The same, unless there is a row of this id: then undefined. Two that insert it at once have one winner. */
export async function insertBulkDeleteOnce(
  db: Db | Trx,
  row: NewBulkDelete,
): Promise<BulkDeleteRow | undefined> {
  return db
    .insertInto('bulk_delete')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** One bulk delete of the organization; another organization's is like a missing one. */
export async function findBulkDelete(
  db: Db,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<BulkDeleteRow | undefined> {
  return db
    .selectFrom('bulk_delete')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Bulk deletes that were asked for by a query, and retries, newest first. */
export async function listBulkDeletes(
  db: Db,
  {
    organizationId,
    limit,
    skip,
  }: { readonly organizationId: string; readonly limit: number; readonly skip: number },
): Promise<readonly BulkDeleteRow[]> {
  return db
    .selectFrom('bulk_delete')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('source', 'in', ['query', 'retry'])
    .orderBy('date_created', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(skip)
    .execute();
}

/** A bulk delete of any organization, for the worker whose job carries only its id. */
export async function findBulkDeleteForWork(db: Db, id: string): Promise<BulkDeleteRow | undefined> {
  return db.selectFrom('bulk_delete').selectAll().where('id', '=', id).executeTakeFirst();
}

/** created, or resuming before it was resolved -> loading. Does nothing to others, and while it is to stop. */
export async function markLoading(db: Db, id: string): Promise<void> {
  await db
    .updateTable('bulk_delete')
    .set({ status: 'loading', date_started: sql`coalesce(date_started, now())`, date_updated: sql`now()` })
    .where('id', '=', id)
    .where('status', 'in', ['created', 'resuming'])
    .where('n_objects', 'is', null)
    .where('asked', 'is', null)
    .execute();
}

/** resuming -> processing, when its pages are there. Undefined when it was not that. */
export async function markProcessing(db: Db, id: string): Promise<BulkDeleteRow | undefined> {
  return db
    .updateTable('bulk_delete')
    .set({ status: 'processing', date_updated: sql`now()` })
    .where('id', '=', id)
    .where('status', '=', 'resuming')
    .where('n_objects', 'is not', null)
    .where('asked', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/**
 * Takes a bulk delete that waits to be resolved, until the transaction ends. By an advisory lock and not by its row: who
 * asks it to stop writes that row, and must not wait for minutes.
 * @returns undefined when another worker is at it, it is past that, or it is to stop.
 */
export async function lockForResolving(trx: Trx, id: string): Promise<BulkDeleteRow | undefined> {
  if (!(await takeResolvingLane(trx, id))) return undefined;
  return trx
    .selectFrom('bulk_delete')
    .selectAll()
    .where('id', '=', id)
    .where('status', '=', 'loading')
    .where('asked', 'is', null)
    .executeTakeFirst();
}

/**
 * loading -> processing, or done at once when nothing matches. Undefined when it is to stop, or has ended meanwhile. The
 * times are of now and not of the transaction's begin: resolving may have taken minutes, which are no part of the pace.
 */
export async function finishResolving(
  trx: Trx,
  id: string,
  counts: { readonly nObjects: number; readonly nRoots: number },
): Promise<BulkDeleteRow | undefined> {
  const isEmpty = counts.nObjects === 0;
  return trx
    .updateTable('bulk_delete')
    .set({
      status: isEmpty ? 'done' : 'processing',
      n_objects: counts.nObjects,
      n_roots: counts.nRoots,
      date_updated: sql`clock_timestamp()`,
      date_finished: isEmpty ? sql`clock_timestamp()` : null,
      date_resolved: sql`clock_timestamp()`,
      // Only pauses from here on take time from the pages.
      paused_ms: 0,
      ...NOT_WAITING,
    })
    .where('id', '=', id)
    .where('status', '=', 'loading')
    .where('asked', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Any unfinished status -> error, with the reason that the API shows. Undefined when it had already ended. */
export async function failBulkDelete(
  trx: Trx,
  id: string,
  reason: string,
): Promise<BulkDeleteRow | undefined> {
  return trx
    .updateTable('bulk_delete')
    .set({
      status: 'error',
      error_message: reason,
      date_updated: sql`clock_timestamp()`,
      date_finished: sql`clock_timestamp()`,
      ...STOPPED,
    })
    .where('id', '=', id)
    .where('status', 'in', [...WORKABLE_STATUSES, 'paused'])
    .returningAll()
    .executeTakeFirst();
}

/**
 * Locks a bulk delete for a count that is made without a lane, behind a page that has rolled back: it may have been
 * stopped since, and the counts of one that is paused or has ended may not move any more.
 * @returns false when it is stopped.
 */
export async function lockForCounting(trx: Trx, id: string): Promise<boolean> {
  const row = await trx
    .selectFrom('bulk_delete')
    .select('id')
    .where('id', '=', id)
    .where('status', '=', 'processing')
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** What one page adds to its bulk delete. */
export interface PageCounts {
  readonly nDeleted: number;
  readonly nNotFound: number;
  readonly nFailed: number;
  readonly nRoots: number;
  readonly deletedCounts: DeletedCounts;
  /** Ids of the page that were there, as Postgres writes an array, `{…,…}`: the others are those that were not found. */
  readonly foundIds: string;
}

/** A bulk delete after a page, and whether more objects have failed than it allows: then its caller has to end it. */
export type FinishedPage = BulkDeleteRow & { readonly is_past_max_failures: boolean };

/**
 * Whether more has failed than `max_failures` allows; false when it allows anything.
 * @param counts SQL for the numbers that it is held against.
 */
function isPastMaxFailures(counts: {
  readonly failed: RawBuilder<unknown>;
  readonly processed: RawBuilder<unknown>;
}): RawBuilder<boolean> {
  const { failed, processed } = counts;
  return sql<boolean>`coalesce(
    ${failed} > max_failures
      or (${processed} >= max_failures_after and ${failed} * 100.0 > max_failure_percent * ${processed}),
    false
  )`;
}

/**
 * Marks the page done and adds its counts to the bulk delete, whose status turns to `done` with the last page.
 * One statement, the last of the page's transaction: the row lock on the bulk delete is held for the commit only,
 * so that pages of one bulk delete can be worked on side by side.
 * More failures than are allowed keep it `processing`, also with the last page: the caller ends it in `error`.
 * @returns the bulk delete after the page; `date_announced = date_updated` says that an event is due.
 */
export async function finishPage(
  trx: Trx,
  page: { readonly bulkDeleteId: string; readonly pageNo: number },
  counts: PageCounts,
  announceEveryMs: number,
): Promise<FinishedPage> {
  const processed = counts.nDeleted + counts.nNotFound + counts.nFailed;
  const isPast = isPastMaxFailures({
    failed: sql`(n_objects_failed + ${counts.nFailed}::int)`,
    processed: sql`(n_objects_processed + ${processed}::int)`,
  });
  const isLast = sql<boolean>`status = 'processing' and n_objects_processed + ${processed} = n_objects
    and not ${isPast}`;
  return trx
    .with('finished_page', (db) =>
      db
        .updateTable('bulk_delete_page')
        .set({
          status: 'done',
          n_deleted: counts.nDeleted,
          n_not_found: counts.nNotFound,
          n_failed: counts.nFailed,
          not_found_ids: counts.nNotFound === 0 ? [] : notAmong(counts.foundIds),
          date_finished: sql`clock_timestamp()`,
        })
        .where('bulk_delete_id', '=', page.bulkDeleteId)
        .where('page_no', '=', page.pageNo),
    )
    .updateTable('bulk_delete')
    .set({
      n_objects_processed: sql`n_objects_processed + ${processed}`,
      n_objects_deleted: sql`n_objects_deleted + ${counts.nDeleted}`,
      n_objects_not_found: sql`n_objects_not_found + ${counts.nNotFound}`,
      n_objects_failed: sql`n_objects_failed + ${counts.nFailed}`,
      n_roots_processed: sql`n_roots_processed + ${counts.nRoots}`,
      deleted_counts: sql`(
        select coalesce(jsonb_object_agg(key, total), '{}')
        from (
          select key, sum(value::bigint) as total
          from (
            select key, value from jsonb_each_text(deleted_counts)
            union all
            select key, value from jsonb_each_text(${JSON.stringify(counts.deletedCounts)}::jsonb)
          ) as entry
          group by key
        ) as merged
      )`,
      status: sql<BulkDeleteStatus>`case when ${isLast} then 'done' else status end`,
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
    .where('id', '=', page.bulkDeleteId)
    .returningAll()
    .returning(
      sql<boolean>`status = 'processing' and ${isPastMaxFailures({
        failed: sql`n_objects_failed`,
        processed: sql`n_objects_processed`,
      })}`.as('is_past_max_failures'),
    )
    .executeTakeFirstOrThrow();
}

/** The ids of a page that are not among these, in their order. */
function notAmong(foundIds: string): RawBuilder<string[]> {
  return sql<string[]>`array(
    select wanted.id from unnest(object_ids) with ordinality as wanted (id, n)
    where not exists (select from unnest(${foundIds}::uuid[]) as found (id) where found.id = wanted.id)
    order by wanted.n
  )`;
}

/**
 * Bulk deletes that have work which can be done now, or are to stop, and no worker: none of their lanes is held, and
 * nobody holds their row. Advisory locks are tried and let go with this statement's transaction.
 */
export async function findIdleBulkDeletes(
  db: Db,
  { idleForMs, lanes, limit }: { readonly idleForMs: number; readonly lanes: number; readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with unfinished as materialized (
      select id from bulk_delete b
      where status = any(${[...WORKABLE_STATUSES]}::text[])
        and date_updated < now() - ${idleForMs} * interval '1 millisecond'
        and (status <> 'processing' or asked is not null or exists (
          select from bulk_delete_page p
          where p.bulk_delete_id = b.id and p.status = 'pending' and (p.not_before is null or p.not_before <= now())
        ))
      order by date_updated
      limit ${limit}
      for update skip locked
    )
    select id from unfinished
    where (select bool_and(pg_try_advisory_xact_lock(hashtextextended(id::text, lane)))
           from generate_series(${RESOLVING_LANE}::int, ${lanes}::int) as lane)
  `.execute(db);
  return rows.map(({ id }) => id);
}
