import { type Selectable, sql } from 'kysely';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

export type PageRow = Selectable<Database['bulk_delete_page']>;

/** The next page that nobody works on. Its row lock is the lease: it goes with the worker's connection. */
export async function claimPage(trx: Trx, bulkDeleteId: string): Promise<PageRow | undefined> {
  return trx
    .selectFrom('bulk_delete_page as page')
    .innerJoin('bulk_delete', 'bulk_delete.id', 'page.bulk_delete_id')
    .selectAll('page')
    .where('page.bulk_delete_id', '=', bulkDeleteId)
    .where('bulk_delete.status', '=', 'processing')
    .where('bulk_delete.asked', 'is', null)
    .where('page.status', '=', 'pending')
    .where((eb) => eb.or([eb('page.not_before', 'is', null), eb('page.not_before', '<=', sql<Date>`now()`)]))
    .orderBy('page.page_no')
    .limit(1)
    .forUpdate('page')
    .skipLocked()
    .executeTakeFirst();
}

/**
 * Milliseconds until the next postponed page may be tried; undefined when none waits. In the transaction that found
 * no page to claim: what was not due then is by the same moment what has to wait, and the rest is in the hands of others.
 */
export async function nextPageDelayMs(trx: Trx, bulkDeleteId: string): Promise<number | undefined> {
  const { rows } = await sql<{ delay_ms: number | null }>`
    select ceil(extract(epoch from min(not_before) - clock_timestamp()) * 1000)::int as delay_ms
    from bulk_delete_page
    where bulk_delete_id = ${bulkDeleteId} and status = 'pending' and not_before > now()
  `.execute(trx);
  const delayMs = rows[0]?.delay_ms ?? undefined;
  return delayMs === undefined ? undefined : Math.max(0, delayMs);
}

/** The page again, locked, if it still is as it was when it failed; undefined when another worker has taken it. */
export async function lockFailedPage(trx: Trx, page: PageRow): Promise<PageRow | undefined> {
  return trx
    .selectFrom('bulk_delete_page')
    .selectAll()
    .where('bulk_delete_id', '=', page.bulk_delete_id)
    .where('page_no', '=', page.page_no)
    .where('status', '=', 'pending')
    .where('attempts', '=', page.attempts)
    .where(sql<number>`cardinality(object_ids)`, '=', page.object_ids.length)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

export async function postponePage(trx: Trx, page: PageRow, delayMs: number): Promise<void> {
  await trx
    .updateTable('bulk_delete_page')
    .set({
      attempts: page.attempts + 1,
      not_before: sql<Date>`clock_timestamp() + ${delayMs} * interval '1 millisecond'`,
    })
    .where('bulk_delete_id', '=', page.bulk_delete_id)
    .where('page_no', '=', page.page_no)
    .execute();
}

/**
 * Halves a page: the first half stays, the second becomes a new page at the end; in the frozen set all stay where they
 * are. The bulk delete's row is locked
 * first, so that two splits at once do not take the same number.
 * @param attempts what both halves begin their count of attempts with.
 */
export async function splitPage(trx: Trx, page: PageRow, attempts: number): Promise<void> {
  const middle = Math.ceil(page.object_ids.length / 2);
  const firstRoots = Math.min(page.n_roots, middle);
  await trx
    .selectFrom('bulk_delete')
    .select('id')
    .where('id', '=', page.bulk_delete_id)
    .forUpdate()
    .execute();
  await trx
    .updateTable('bulk_delete_page')
    .set({
      object_ids: page.object_ids.slice(0, middle),
      n_roots: firstRoots,
      attempts,
      not_before: null,
    })
    .where('bulk_delete_id', '=', page.bulk_delete_id)
    .where('page_no', '=', page.page_no)
    .execute();
  await trx
    .insertInto('bulk_delete_page')
    .columns(['bulk_delete_id', 'page_no', 'object_ids', 'n_roots', 'attempts', 'first_position'])
    .expression((eb) =>
      eb
        .selectFrom('bulk_delete_page')
        .where('bulk_delete_id', '=', page.bulk_delete_id)
        .select([
          sql<string>`${page.bulk_delete_id}::uuid`.as('bulk_delete_id'),
          sql<number>`max(page_no) + 1`.as('page_no'),
          sql<string[]>`${page.object_ids.slice(middle)}::uuid[]`.as('object_ids'),
          sql<number>`${page.n_roots - firstRoots}::int`.as('n_roots'),
          sql<number>`${attempts}::int`.as('attempts'),
          sql<number>`${page.first_position + middle}::int`.as('first_position'),
        ]),
    )
    .execute();
}

/** Records why one object could not be deleted. */
export async function insertFailure(
  trx: Trx,
  failure: {
    readonly bulkDeleteId: string;
    readonly objectId: string;
    readonly code: string;
    readonly message: string;
  },
): Promise<void> {
  await trx
    .insertInto('bulk_delete_failure')
    .values({
      bulk_delete_id: failure.bulkDeleteId,
      object_id: failure.objectId,
      code: failure.code,
      message: failure.message,
    })
    .execute();
}
