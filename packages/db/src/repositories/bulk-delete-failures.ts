import type { Db } from '../connection.ts';

/** How many objects of one bulk delete failed for the same reason. */
export interface FailureReason {
  readonly code: string;
  readonly message: string;
  readonly nObjects: number;
}

/** The most frequent reasons why objects of a bulk delete could not be deleted. */
export async function listFailureReasons(
  db: Db,
  { bulkDeleteId, limit }: { readonly bulkDeleteId: string; readonly limit: number },
): Promise<readonly FailureReason[]> {
  return db
    .selectFrom('bulk_delete_failure')
    .select((eb) => ['code', 'message', eb.fn.countAll<number>().as('nObjects')])
    .where('bulk_delete_id', '=', bulkDeleteId)
    .groupBy(['code', 'message'])
    .orderBy('nObjects', 'desc')
    .orderBy('code')
    .limit(limit)
    .execute();
}

/** Why one object could not be deleted. */
export interface ObjectFailure {
  /** Plain UUID. */
  readonly objectId: string;
  readonly code: string;
  readonly message: string;
}

/** Every object of a bulk delete that could not be deleted, in the order of their ids. For deletions by ids: they are few. */
export async function listFailures(
  db: Db,
  { bulkDeleteId }: { readonly bulkDeleteId: string },
): Promise<readonly ObjectFailure[]> {
  return db
    .selectFrom('bulk_delete_failure')
    .select(['object_id as objectId', 'code', 'message'])
    .where('bulk_delete_id', '=', bulkDeleteId)
    .orderBy('object_id')
    .execute();
}
