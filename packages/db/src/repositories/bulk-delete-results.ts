import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';

/** What may have become of an object of a bulk delete. */
export const OUTCOMES = ['deleted', 'not_found', 'failed', 'unprocessed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What became of one object. */
export interface ObjectOutcome {
  /** Plain UUID. */
  readonly id: string;
  /** Where it stands in the frozen set, from 1; it stays there, however its page is halved. */
  readonly position: number;
  readonly pageNo: number;
  /** Whether its page is finished and has deleted something. */
  readonly pageDeleted: boolean;
  /** The last is said of pages from before this was kept, which had no archive either. */
  readonly outcome: Outcome | 'deleted_or_not_found';
  /** Of a failed one. */
  readonly code: string | null;
  readonly message: string | null;
}

/** Pages that may hold an object of this outcome: without the others a walk for few of them is short. */
const PAGES_OF = {
  deleted: sql`and page.n_deleted > 0`,
  not_found: sql`and page.n_not_found > 0`,
  failed: sql`and page.n_failed > 0`,
  unprocessed: sql`and page.status = 'pending'`,
} as const;

/**
 * What became of the objects of a bulk delete, in the order of its frozen set: the next ones after a position. One
 * statement, and so of one moment. It reads the pages by an index and stops at the limit, so that a part of a million
 * costs what the part is worth.
 * @param ask.outcome only those; null takes all.
 */
export async function listOutcomes(
  db: Db | Trx,
  bulkDeleteId: string,
  ask: { readonly outcome: Outcome | null; readonly after: number; readonly limit: number },
): Promise<readonly ObjectOutcome[]> {
  const only = ask.outcome === null ? sql`` : sql`and result.outcome = ${ask.outcome}`;
  const { rows } = await sql<ObjectOutcome>`
    select result.id, result.position, page.page_no as "pageNo",
      page.status = 'done' and page.n_deleted > 0 as "pageDeleted",
      result.outcome, result.code, result.message
    from (
      select * from bulk_delete_page as page
      where page.bulk_delete_id = ${bulkDeleteId}
        and page.first_position >= (
          select coalesce(max(first_position), 1) from bulk_delete_page
          where bulk_delete_id = ${bulkDeleteId} and first_position <= ${ask.after}::int + 1
        )
        ${ask.outcome === null ? sql`` : PAGES_OF[ask.outcome]}
      order by page.first_position
    ) as page
    cross join lateral (
      select object.id, (page.first_position + object.n - 1)::int as position, object.n,
        failure.code, failure.message,
        case
          when page.status = 'pending' then 'unprocessed'
          when failure.code is not null then 'failed'
          when page.not_found_ids is null then 'deleted_or_not_found'
          when object.id = any(page.not_found_ids) then 'not_found'
          else 'deleted'
        end as outcome
      from unnest(page.object_ids) with ordinality as object (id, n)
      left join bulk_delete_failure as failure
        on page.n_failed > 0 and failure.bulk_delete_id = page.bulk_delete_id and failure.object_id = object.id
    ) as result
    where result.position > ${ask.after} ${only}
    order by page.first_position, result.n
    limit ${ask.limit}
  `.execute(db);
  return rows;
}

/** The number of the finished page that this position of the frozen set stands on, if it has deleted something. */
export async function findDeletingPageAt(
  db: Db | Trx,
  bulkDeleteId: string,
  position: number,
): Promise<number | undefined> {
  const page = await db
    .selectFrom('bulk_delete_page')
    .select(['page_no', 'status', 'n_deleted'])
    .where('bulk_delete_id', '=', bulkDeleteId)
    .where('first_position', '<=', position)
    .orderBy('first_position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return page?.status === 'done' && page.n_deleted > 0 ? page.page_no : undefined;
}

/** A page that has deleted something. */
export interface DeletingPage {
  readonly pageNo: number;
  readonly firstPosition: number;
}

/** The next finished pages that have deleted something, in the order of the frozen set. */
export async function listDeletingPages(
  db: Db | Trx,
  bulkDeleteId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly DeletingPage[]> {
  return db
    .selectFrom('bulk_delete_page')
    .select(['page_no as pageNo', 'first_position as firstPosition'])
    .where('bulk_delete_id', '=', bulkDeleteId)
    .where('status', '=', 'done')
    .where('n_deleted', '>', 0)
    .where('first_position', '>', after)
    .orderBy('first_position')
    .limit(limit)
    .execute();
}
