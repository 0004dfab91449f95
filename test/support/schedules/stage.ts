import type { EngineDeps } from '@winnow/bulk-delete';
import { connect, type Db } from '@winnow/db';
import { type Doorbell, QUEUES } from '@winnow/queue';
import { sql } from 'kysely';
import { createEngine } from '../engine.ts';
import { createOrganization, type TestOrganization } from '../factories.ts';
import { buildRefusingTrigger, type RefusingTrigger } from '../refusing-trigger.ts';
import { waitFor } from '../wait-for.ts';
import { type EngineProcess, startEngineProcess } from './engine-process.ts';
import { buildWitness } from './witness.ts';
import { TABLES } from './world.ts';

const SETTINGS = { pageSize: 2, lanes: 2, sliceMs: 60_000, retryBaseMs: 1 };

/** One database, and the processes that work on it, for one schedule after the other. */
export interface Stage {
  readonly db: Db;
  readonly org: TestOrganization;
  readonly other: TestOrganization;
  /** What the queue holds. The engine knows nothing of a queue but that it can be rung. */
  readonly rung: Set<string>;
  /** The engine of those who ask: the API. */
  readonly api: EngineDeps;
  readonly refusing: RefusingTrigger;
  /** How often what has happened, for whoever wants to know what was tried. */
  readonly tally: Map<string, number>;
  process(n: number): EngineProcess;
  readonly processes: readonly EngineProcess[];
  /** Another process in its place. The old one is left as it is until the schedule ends. */
  replace(gone: EngineProcess): Promise<void>;
  /** Backends of a process, of this moment. */
  findBackends(process: EngineProcess): Promise<readonly number[]>;
  waitUntilGone(backends: readonly number[]): Promise<void>;
  /** Takes away what a schedule has left. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** @param url of a migrated database that nobody else uses, for a super user. */
export async function openStage(url: string): Promise<Stage> {
  const db = connect({
    connectionString: url,
    applicationName: 'winnow-schedule',
    poolSize: 4,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  const rung = new Set<string>();
  const doorbell: Doorbell = {
    async ring(queue, id) {
      if (queue === QUEUES.bulkDelete) rung.add(id);
      return true;
    },
    async close() {},
  };
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  // Pages that deadlock shall not wait for a second until somebody looks.
  await sql`alter database ${sql.id(rows[0]?.name ?? '')} set deadlock_timeout = '20ms'`.execute(db);
  await buildWitness(db);
  const refusing = await buildRefusingTrigger(db, 'lead', 'contact', 'opportunity', 'activity');
  await refusing.stand(false);
  let started = 0;
  const start = () => {
    started += 1;
    return startEngineProcess(url, {
      applicationName: `winnow-schedule-${started}`,
      doorbell,
      settings: SETTINGS,
    });
  };
  const processes = [await start(), await start()];
  const gone: EngineProcess[] = [];

  const findBackends = async (names: readonly string[]) => {
    const found = await sql<{ pid: number }>`
      select pid from pg_stat_activity where application_name = any(${names}::text[])
    `.execute(db);
    return found.rows.map(({ pid }) => pid);
  };
  const disposeGone = async () => {
    for (const process of gone.splice(0)) await process.dispose();
  };

  return {
    db,
    org: await createOrganization(db),
    other: await createOrganization(db),
    rung,
    tally: new Map(),
    api: { ...createEngine(db, SETTINGS), doorbell },
    refusing,
    processes,
    process(n) {
      const process = processes[n % processes.length];
      if (!process) throw new Error('there is no process');
      return process;
    },
    async replace(process) {
      gone.push(process);
      processes[processes.indexOf(process)] = await start();
    },
    findBackends: (process) => findBackends([process.applicationName]),
    async waitUntilGone(backends) {
      await waitFor(
        async () => {
          const left =
            await sql`select from pg_stat_activity where pid = any(${[...backends]}::int[])`.execute(db);
          return left.rows.length === 0;
        },
        { what: 'backends to go', pollMs: 2 },
      );
    },
    async clear() {
      await disposeGone();
      await clear(db);
      rung.clear();
    },
    async close() {
      await disposeGone();
      for (const process of processes) await process.dispose();
      await db.destroy();
    },
  };
}

/** Deletes and does not truncate: for so few rows that is a tenth of the time. */
async function clear(db: Db): Promise<void> {
  const tables = [
    ...TABLES,
    ...TABLES.map((table) => `archive.${table}`),
    ...['archive.detached_link', 'delivery', 'event', 'bulk_undo_conflict', 'bulk_undo_page', 'bulk_undo'],
    ...['bulk_delete_failure', 'bulk_delete_page', 'bulk_delete', 'refused', 'witness'],
  ];
  await db.connection().execute(async (session) => {
    await sql`set session_replication_role = replica`.execute(session);
    await sql.raw(tables.map((table) => `delete from ${table};`).join('')).execute(session);
    await sql`set session_replication_role = origin`.execute(session);
  });
}
