import { sql } from 'kysely';
import { expectAnswersWithin } from '../bounded-driver.ts';
import type { Trx } from '../transaction.ts';

/** Bounds of one transaction, in milliseconds. */
export interface TransactionBounds {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** A transaction that is idle for longer is cut off by the server: a frozen worker cannot keep its locks. */
  readonly idleTimeoutMs: number;
}

/**
 * Every condition of a page finds its rows by an index (checked at start-up). Statistics may be stale or missing,
 * and one scan of a large table would hold the page's locks for seconds.
 */
export async function preferIndexes(trx: Trx): Promise<void> {
  await sql`select set_config('enable_seqscan', 'off', true)`.execute(trx);
}

export async function boundTransaction(trx: Trx, bounds: TransactionBounds): Promise<void> {
  await expectAnswersWithin(trx, bounds.statementTimeoutMs);
  await sql`
    select set_config('statement_timeout', ${String(bounds.statementTimeoutMs)}, true),
           set_config('lock_timeout', ${String(bounds.lockTimeoutMs)}, true),
           set_config('idle_in_transaction_session_timeout', ${String(bounds.idleTimeoutMs)}, true)
  `.execute(trx);
}

/**
 * Compiling a statement to machine code pays for scans of millions of rows. A statement of many small parts that the
 * planner takes for a large one would be compiled for seconds first.
 */
export async function turnOffJit(trx: Trx): Promise<void> {
  await sql`select set_config('jit', 'off', true)`.execute(trx);
}

/**
 * Turns off foreign-key checks row by row, and every other ordinary trigger, until the transaction ends. Sound only
 * when the transaction locks every parent, deals with every child itself and no user trigger would be skipped.
 * Needs superuser or GRANT SET ON PARAMETER session_replication_role (PostgreSQL 15+).
 */
export async function turnOffTriggers(trx: Trx): Promise<void> {
  await sql`select set_config('session_replication_role', 'replica', true)`.execute(trx);
}
