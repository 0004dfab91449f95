import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import type { TestProcess } from '../../support/index.ts';
import type { SeededServer } from '../seeded-server.ts';
import { lookUntil } from './observe.ts';
import { type BenchedWinnow, type WinnowOptions, withWinnow } from './winnow.ts';

/** Databases on which it is measured at once: mostly everybody waits. */
const CHAINS = 2;
/** Objects that must be left for one more run. */
const ENOUGH = 12_000;

/** Milliseconds from SIGKILL of the worker that works until the first page of the one that had nothing to do. */
export async function measureRecovery(
  server: SeededServer,
  queue: WinnowOptions['queue'],
  runs: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  const chain = async (): Promise<void> => {
    while (times.length < runs)
      await withWinnow(server, { queue, lanes: 1 }, (winnow) =>
        killAgainAndAgain(winnow, server.leads, times, runs),
      );
  };
  await Promise.all(Array.from({ length: CHAINS }, chain));
  return times.slice(0, runs);
}

async function killAgainAndAgain(
  { db, client, deleteLeads, startWorker }: BenchedWinnow,
  leads: number,
  times: number[],
  runs: number,
): Promise<void> {
  let started = 0;
  const workers = new Map<string, TestProcess>();
  const addWorker = async (): Promise<void> => {
    started += 1;
    const name = `bench-worker-${started}`;
    workers.set(name, await startWorker(name));
  };
  await Promise.all([addWorker(), addWorker()]);
  const { id, wireId } = await deleteLeads();
  const path = `bulk_action/delete/${wireId}/`;
  let { processed } = await lookUntil(db, id, (moment) => moment.processed > 0);
  while (times.length < runs && leads - processed > ENOUGH) {
    const name = await findWorking(db, [...workers.keys()]);
    const working = workers.get(name);
    if (!working) throw new Error(`${name} is none of the workers`);
    workers.delete(name);
    const killed = performance.now();
    working.kill('SIGKILL');
    await working.exited;
    const atKill = await waitUntilGone(db, name, id);
    ({ processed } = await lookUntil(db, id, (moment) => moment.processed > atKill));
    times.push(performance.now() - killed);
    await client.put(path, { status: 'paused' });
    await lookUntil(db, id, ({ status }) => status === 'paused');
    await addWorker();
    await client.put(path, { status: 'resuming' });
    const before = processed;
    ({ processed } = await lookUntil(db, id, (moment) => moment.processed > before));
  }
  await client.put(path, { status: 'cancelled' });
}

/** Whose session has a page in hand. */
async function findWorking(db: Db, names: readonly string[]): Promise<string> {
  for (;;) {
    const { rows } = await sql<{ name: string }>`
      select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and a.application_name = any(${names}::text[]) limit 1
    `.execute(db);
    if (rows[0]) return rows[0].name;
  }
}

/** A commit that was on its way may still come. @returns what is processed when no session of it is left. */
async function waitUntilGone(db: Db, name: string, id: string): Promise<number> {
  for (;;) {
    const { rows } = await sql<{ sessions: number; processed: number }>`
      select (select count(*)::int from pg_stat_activity where application_name = ${name}
          and pid in (select pid from pg_locks where locktype = 'advisory')) as sessions,
        n_objects_processed as processed
      from bulk_delete where id = ${id}
    `.execute(db);
    if (rows[0]?.sessions === 0) return rows[0].processed;
  }
}
