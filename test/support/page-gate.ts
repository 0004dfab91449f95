import { connect, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { waitFor } from './wait-for.ts';

/** Any number: the gate's advisory lock in the test's database. */
const GATE = 4242;

/** For a process whose pages are to stand at a gate for as long as a busy machine takes: the gate is a lock to them. */
export const GATE_PATIENCE = {
  WINNOW_LOCK_TIMEOUT_MS: '60000',
  WINNOW_STATEMENT_TIMEOUT_MS: '60000',
} as const;

/** Holds pages in the middle of their transaction, after the deletions and before the commit, until it is opened. */
export interface PageGate {
  close(): Promise<void>;
  open(): Promise<void>;
  /** Waits until a page stands at the gate whose session none of the earlier calls has seen. */
  waitForPage(): Promise<void>;
  /** Pages that stand at the gate now. */
  countPages(): Promise<number>;
  /** Ends the gate's own connection. */
  end(): Promise<void>;
}

/** Builds one gate into the deletion of rows of each of these tables. It is open at first. */
export async function buildPageGate(url: string, ...tables: readonly string[]): Promise<PageGate> {
  const keeper = connect({
    connectionString: url,
    applicationName: 'winnow-test-gate',
    // One for the lock, which belongs to its session, and one to look with.
    poolSize: 2,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  await sql
    .raw(
      `create function stand_at_gate() returns trigger language plpgsql as
       $$ begin perform pg_advisory_xact_lock_shared(${GATE}); return null; end $$`,
    )
    .execute(keeper);
  for (const table of tables)
    await sql`
      create trigger stand_at_gate after delete on ${sql.table(table)} for each statement execute function stand_at_gate()
    `.execute(keeper);
  const seen = new Set<number>();
  let release: (() => void) | undefined;
  let held: Promise<void> = Promise.resolve();
  const gate: PageGate = {
    async close() {
      await new Promise<void>((resolve, reject) => {
        held = keeper
          .connection()
          .execute(async (session) => {
            await sql`select pg_advisory_lock(${GATE})`.execute(session);
            resolve();
            await new Promise<void>((letGo) => {
              release = letGo;
            });
            await sql`select pg_advisory_unlock(${GATE})`.execute(session);
          })
          .catch(reject);
      });
    },
    async open() {
      release?.();
      await held;
    },
    async waitForPage() {
      await waitFor(
        async () => {
          const fresh = (await findWaiting(keeper)).filter((pid) => !seen.has(pid));
          for (const pid of fresh) seen.add(pid);
          return fresh.length > 0;
        },
        { what: 'a page at the gate', timeoutMs: 60_000 },
      );
    },
    countPages: async () => (await findWaiting(keeper)).length,
    async end() {
      await gate.open();
      await keeper.destroy();
    },
  };
  return gate;
}

async function findWaiting(db: Db): Promise<readonly number[]> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_locks
    where locktype = 'advisory' and objid = ${GATE} and not granted
      and database = (select oid from pg_database where datname = current_database())
  `.execute(db);
  return rows.map(({ pid }) => pid);
}
