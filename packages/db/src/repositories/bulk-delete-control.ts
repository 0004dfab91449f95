import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { BulkDeleteStatus } from '../tables.ts';
import type { Trx } from '../transaction.ts';
import { type BulkDeleteRow, STOPPED, WORKABLE_STATUSES } from './bulk-deletes.ts';
import { takeAllLanes } from './lanes.ts';

/** Locks a bulk delete of the organization for a change of what is asked of it. Pages that are in hand go on. */
export async function lockForControl(
  trx: Trx,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<BulkDeleteRow | undefined> {
  return trx
    .selectFrom('bulk_delete')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** Asks a bulk delete to stop: from now on nobody takes up a page of it. Null asks nothing any more. */
export async function askBulkDelete(
  trx: Trx,
  id: string,
  { asked, userId }: { readonly asked: 'pause' | 'cancel' | null; readonly userId: string | null },
): Promise<void> {
  await trx
    .updateTable('bulk_delete')
    .set({
      asked,
      date_asked: asked === null ? null : sql`clock_timestamp()`,
      updated_by: userId,
      date_updated: sql`clock_timestamp()`,
    })
    .where('id', '=', id)
    .where('status', 'in', [...WORKABLE_STATUSES])
    .execute();
}

/** paused -> resuming. @returns the row after it. */
export async function resumePaused(trx: Trx, id: string, userId: string | null): Promise<BulkDeleteRow> {
  return trx
    .updateTable('bulk_delete')
    .set({
      status: 'resuming',
      paused_ms: sql`paused_ms + (extract(epoch from clock_timestamp() - date_paused) * 1000)::bigint`,
      updated_by: userId,
      date_updated: sql`clock_timestamp()`,
      ...STOPPED,
    })
    .where('id', '=', id)
    .where('status', '=', 'paused')
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** paused -> cancelled. @returns the row after it. */
export async function cancelPaused(trx: Trx, id: string, userId: string | null): Promise<BulkDeleteRow> {
  return trx
    .updateTable('bulk_delete')
    .set({
      status: 'cancelled',
      updated_by: userId,
      date_updated: sql`clock_timestamp()`,
      date_finished: sql`clock_timestamp()`,
      ...STOPPED,
    })
    .where('id', '=', id)
    .where('status', '=', 'paused')
    .returningAll()
    .executeTakeFirstOrThrow();
}

const STOPS: Readonly<Record<'pause' | 'cancel', BulkDeleteStatus>> = {
  pause: 'paused',
  cancel: 'cancelled',
};

/** What became of trying to stop a bulk delete. */
export type Settled =
  | { readonly kind: 'nothing asked' }
  /** Somebody still resolves it, or has a page of it in hand. */
  | { readonly kind: 'still in hand' }
  /** It is `paused` or `cancelled` now. */
  | { readonly kind: 'stopped'; readonly row: BulkDeleteRow };

/**
 * Stops a bulk delete that is to stop, if nobody works on it. Its row is locked first, so that of two who try at once
 * the second finds it done; then its lanes are tried, which a page in hand holds until its commit.
 */
export async function settleAsked(trx: Trx, id: string): Promise<Settled> {
  const row = await trx
    .selectFrom('bulk_delete')
    .select(['id', 'asked'])
    .where('id', '=', id)
    .where('asked', 'is not', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined || row.asked === null) return { kind: 'nothing asked' };
  if (!(await takeAllLanes(trx, id))) return { kind: 'still in hand' };
  const isCancel = row.asked === 'cancel';
  const stopped = await trx
    .updateTable('bulk_delete')
    .set({
      ...STOPPED,
      status: STOPS[row.asked],
      date_updated: sql`clock_timestamp()`,
      date_finished: isCancel ? sql`clock_timestamp()` : null,
      date_paused: isCancel ? null : sql`clock_timestamp()`,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { kind: 'stopped', row: stopped };
}

/** Ids of bulk deletes of any organization that have been paused for longer than this. */
export async function findLongPaused(
  db: Db,
  { longerThanMs, limit }: { readonly longerThanMs: number; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('bulk_delete')
    .select('id')
    .where(pausedFor(longerThanMs))
    .orderBy('date_paused')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Locks a bulk delete that has been paused for so long, still now. @returns false when somebody has gone on with it, or ended it. */
export async function lockLongPaused(
  trx: Trx,
  { id, longerThanMs }: { readonly id: string; readonly longerThanMs: number },
): Promise<boolean> {
  const row = await trx
    .selectFrom('bulk_delete')
    .select('id')
    .where('id', '=', id)
    .where(pausedFor(longerThanMs))
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

const pausedFor = (longerThanMs: number) =>
  sql<boolean>`status = 'paused' and date_paused < now() - ${longerThanMs} * interval '1 millisecond'`;

/** Ids of bulk deletes that a key has started and that have not ended, paused ones too. Oldest first. */
export async function listUnfinishedOfKey(
  db: Db,
  key: { readonly organizationId: string; readonly id: string },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('bulk_delete')
    .select('id')
    .where('organization_id', '=', key.organizationId)
    .where('api_key_id', '=', key.id)
    .where('date_finished', 'is', null)
    .orderBy('date_created')
    .execute();
  return rows.map(({ id }) => id);
}
