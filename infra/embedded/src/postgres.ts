import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import getPort from 'get-port';
import { findAccount } from './account.ts';
import { prepareBinaries } from './binaries.ts';
import { checkCluster, createCluster, findCluster, readPassword } from './cluster.ts';
import { connectionUrl, HOST } from './connection-url.ts';
import { takeDataFolder } from './data-folder-owner.ts';
import { stopLeftoverServer } from './postmaster-file.ts';
import { type ServerPlan, type ServerProcess, StartFailure, startServerProcess } from './server-process.ts';
import { findOtherPlace } from './system-folder.ts';

const START_ATTEMPTS = 20;
const START_PAUSE_MS = 500;

export interface PostgresOptions {
  /** Winnow's data folder; made when missing. The cluster lies in its `postgres/`, the log in `postgres.log`. */
  readonly dataDir: string;
  /** false: nothing is flushed to disk, for tests and measurements. A power cut then loses the cluster. */
  readonly durable?: boolean;
  /** Settings of postgresql.conf that win over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Connection string of the super user, with password, to the database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Process id of the server that runs now; another one after `restart`. */
  readonly pid: number;
  /**
   * Ends the server and gives the data folder back. `fast` (default) rolls open transactions back and writes everything
   * out; `immediate` is a crash, repaired by the next start. May be called twice.
   */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Stops and starts on the same port, so that connection strings stay good. */
  restart(mode?: 'fast' | 'immediate'): Promise<void>;
}

/** Fit for a development machine with two cores that has other things to do as well. */
const SETTINGS = {
  listen_addresses: HOST,
  // A socket's path may have 107 bytes, a data folder's name has no such limit.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  synchronous_commit: 'on',
  log_checkpoints: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' };

/**
 * Starts the embedded PostgreSQL on a free port of the loopback interface, and creates it first where there is none.
 * A server that a killed Winnow left behind in the folder is stopped first.
 * @throws an Error whose message is a sentence for the user: folder in use, folder of another version, no PostgreSQL
 *   for this system, or the server's own last words.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const giveBack = await takeDataFolder(dataDir);
  try {
    const prepared = await prepare(dataDir);
    const password = await readPassword(dataDir);
    const settings = { ...SETTINGS, ...(options.durable === false ? NOT_DURABLE : {}), ...options.settings };
    const plan = { ...prepared, logFile: path.join(dataDir, 'postgres.log'), settings };
    const { port, server } = await startOnFreePort(plan);
    const url = connectionUrl(password, port);
    return controlServer({ ...plan, settings: { ...settings, port: String(port) } }, server, giveBack, {
      url,
      port,
      dataDir,
    });
  } catch (error) {
    await giveBack();
    throw error;
  }
}

async function prepare(dataDir: string): Promise<Pick<ServerPlan, 'binaries' | 'account' | 'cluster'>> {
  const existing = await findCluster(dataDir);
  const account = await findAccount(existing);
  const elsewhere = (): Promise<string> => findOtherPlace(dataDir, account);
  const binaries = await prepareBinaries(account, elsewhere);
  if (existing === null) {
    return { binaries, account, cluster: await createCluster(dataDir, binaries, account, elsewhere) };
  }
  await checkCluster(existing, binaries, account);
  await stopLeftoverServer(existing, binaries, account);
  return { binaries, account, cluster: existing };
}

/** Between our finding a port and the server's binding it, somebody else may take it: then another one is tried. */
async function startOnFreePort(plan: ServerPlan): Promise<{ port: number; server: ServerProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = await getPort({ host: HOST });
    const settings = { ...plan.settings, port: String(port) };
    try {
      return { port, server: await startServerProcess({ ...plan, settings }) };
    } catch (error) {
      if (attempt === START_ATTEMPTS || !isPassing(error)) throw error;
      await pause(START_PAUSE_MS);
    }
  }
}

/** A taken port, or backends of a killed server that have not yet noticed that it is gone. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof StartFailure &&
    /could not create any TCP\/IP sockets|shared memory block .* is still in use/.test(error.log)
  );
}

function controlServer(
  plan: ServerPlan,
  first: ServerProcess,
  giveBack: () => Promise<void>,
  facts: Pick<EmbeddedPostgres, 'url' | 'port' | 'dataDir'>,
): EmbeddedPostgres {
  let server = first;
  let restarting: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | null = null;
  return {
    ...facts,
    get pid() {
      return server.pid;
    },
    stop(mode = 'fast') {
      stopped ??= restarting
        .catch(() => {})
        .then(() => server.stop(mode))
        .then(giveBack);
      return stopped;
    },
    restart(mode = 'fast') {
      if (stopped !== null) return Promise.reject(new Error('The embedded PostgreSQL has been stopped.'));
      restarting = server.stop(mode).then(async () => {
        server = await startServerProcess(plan);
      });
      return restarting;
    },
  };
}
