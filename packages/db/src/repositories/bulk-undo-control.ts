import { sql } from 'kysely';
import type { BulkUndoStatus } from '../tables.ts';
import type { Trx } from '../transaction.ts';
import { STOPPED } from './bulk-deletes.ts';
import { type BulkUndoRow, WORKABLE_UNDO_STATUSES } from './bulk-undos.ts';
import { takeAllLanes } from './lanes.ts';

/** Locks an undo of the organization for a change of what is asked of it. A page that is in hand goes on. */
export async function lockUndoForControl(
  trx: Trx,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<BulkUndoRow | undefined> {
  return trx
    .selectFrom('bulk_undo')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** Asks an undo to stop: from now on nobody takes up a page of it. Null asks nothing any more. */
export async function askBulkUndo(
  trx: Trx,
  id: string,
  { asked, userId }: { readonly asked: 'pause' | 'cancel' | null; readonly userId: string | null },
): Promise<void> {
  await trx
    .updateTable('bulk_undo')
    .set({
      asked,
      date_asked: asked === null ? null : sql`clock_timestamp()`,
      updated_by: userId,
      date_updated: sql`clock_timestamp()`,
    })
    .where('id', '=', id)
    .where('status', 'in', [...WORKABLE_UNDO_STATUSES])
    .execute();
}

/** paused -> resuming, or cancelled. @returns the row after it. */
export async function endUndoPause(
  trx: Trx,
  id: string,
  { becomes, userId }: { readonly becomes: 'resuming' | 'cancelled'; readonly userId: string | null },
): Promise<BulkUndoRow> {
  return trx
    .updateTable('bulk_undo')
    .set({
      status: becomes,
      paused_ms: sql`paused_ms + (extract(epoch from clock_timestamp() - date_paused) * 1000)::bigint`,
      updated_by: userId,
      date_updated: sql`clock_timestamp()`,
      date_finished: becomes === 'cancelled' ? sql`clock_timestamp()` : null,
      ...STOPPED,
    })
    .where('id', '=', id)
    .where('status', '=', 'paused')
    .returningAll()
    .executeTakeFirstOrThrow();
}

const STOPS: Readonly<Record<'pause' | 'cancel', BulkUndoStatus>> = { pause: 'paused', cancel: 'cancelled' };

/** What became of trying to stop an undo. */
export type UndoSettled =
  | { readonly kind: 'nothing asked' }
  /** Somebody still has a page of it in hand. */
  | { readonly kind: 'still in hand' }
  | { readonly kind: 'stopped'; readonly row: BulkUndoRow };

/** Stops an undo that is to stop, if nobody has a page of it. Its row is locked first: two who try do not both do it. */
export async function settleAskedUndo(trx: Trx, id: string): Promise<UndoSettled> {
  const row = await trx
    .selectFrom('bulk_undo')
    .select(['id', 'asked'])
    .where('id', '=', id)
    .where('asked', 'is not', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined || row.asked === null) return { kind: 'nothing asked' };
  if (!(await takeAllLanes(trx, id))) return { kind: 'still in hand' };
  const isCancel = row.asked === 'cancel';
  const stopped = await trx
    .updateTable('bulk_undo')
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
