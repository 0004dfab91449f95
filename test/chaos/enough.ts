import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import type { Fault } from './faults/fault.ts';
import { POSTGRES_FAULTS } from './faults/postgres-faults.ts';
import { PROCESS_FAULTS } from './faults/process-faults.ts';
import { REDIS_FAULTS } from './faults/redis-faults.ts';
import type { Injection } from './killer.ts';

const LOOK_EVERY_MS = 100;
const GIVE_UP_MS = 180_000;

/** How many of the faults were done to our own processes, and how many to servers or the networks before them. */
export function countFaults(history: readonly Injection[]): {
  readonly ofProcesses: number;
  readonly ofServers: number;
} {
  const count = (faults: readonly Fault[]) =>
    history.filter(({ fault }) => faults.some(({ name }) => name === fault)).length;
  return { ofProcesses: count(PROCESS_FAULTS), ofServers: count([...POSTGRES_FAULTS, ...REDIS_FAULTS]) };
}

/**
 * Waits, on a machine on which a short run gets little done, until there is something to be said about everything: both
 * kinds of faults, and an undo that has given something back. Whoever wants to know whether there is looks at the report.
 */
export async function waitForEnough(history: readonly Injection[], db: Db): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  while (performance.now() < deadline) {
    const { ofProcesses, ofServers } = countFaults(history);
    // The server may be away just now. Clients are told later, as they have to ask again and again.
    const isUndone = await hasRestored(db).catch(() => false);
    if (ofProcesses > 0 && ofServers > 0 && isUndone) return;
    await pause(LOOK_EVERY_MS);
  }
}

async function hasRestored(db: Db): Promise<boolean> {
  const { rows } = await sql`select from bulk_undo where n_objects_restored > 0 limit 1`.execute(db);
  return rows.length > 0;
}
