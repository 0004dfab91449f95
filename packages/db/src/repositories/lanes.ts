import { sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';

/** The lane of the one who resolves the query; those of pages are numbered from 1. */
export const RESOLVING_LANE = 0;
/** Most lanes of pages, the bound of the setting WINNOW_LANES. */
export const MAX_LANES = 32;

/**
 * Takes one of the lanes of a bulk delete until the transaction ends: the bound on how many of its pages are
 * worked on at once, over all workers. A lane needs no clean-up: it goes with the connection.
 * @returns false when all lanes are taken.
 */
export async function takeLane(trx: Trx, bulkDeleteId: string, lanes: number): Promise<boolean> {
  const { rows } = await sql`
    select from generate_series(1, ${lanes}::int) as lane
    where pg_try_advisory_xact_lock(hashtextextended(${bulkDeleteId}, lane))
    limit 1
  `.execute(trx);
  return rows.length === 1;
}

/** Takes the lane of resolving until the transaction ends. @returns false when another worker has it. */
export async function takeResolvingLane(trx: Trx, bulkDeleteId: string): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${bulkDeleteId}, ${RESOLVING_LANE}::int)) as taken
  `.execute(trx);
  return rows[0]?.taken === true;
}

/**
 * Takes every lane that any process may be set to use, so that nobody works on the bulk delete until the transaction ends.
 * @returns false when one is taken.
 */
export async function takeAllLanes(trx: Trx, bulkDeleteId: string): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select bool_and(pg_try_advisory_xact_lock(hashtextextended(${bulkDeleteId}, lane))) as taken
    from generate_series(${RESOLVING_LANE}::int, ${MAX_LANES}::int) as lane
  `.execute(trx);
  return rows[0]?.taken === true;
}

/**
 * Interrupts the statement by which somebody resolves the query, so that stopping need not wait for minutes.
 * @returns whether somebody was at it.
 */
export async function interruptResolving(db: Db, bulkDeleteId: string): Promise<boolean> {
  // An advisory lock's 64 bits stand in two halves (PostgreSQL documentation, 53.12 pg_locks).
  const { rows } = await sql`
    select pg_cancel_backend(pid) from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and (classid::int8 << 32 | objid::int8) = hashtextextended(${bulkDeleteId}, ${RESOLVING_LANE}::int)
  `.execute(db);
  return rows.length > 0;
}
