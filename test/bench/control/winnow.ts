import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import {
  createHttpClient,
  type HttpClient,
  type QueueBackend,
  requestFor,
  spawnApi,
  spawnWorker,
  type TestProcess,
} from '../../support/index.ts';
import { startRedis } from '../../support/redis.ts';
import type { SeededServer } from '../seeded-server.ts';

/** One lane for recovery, so that one worker works and the other has nothing to do; else as a new installation. */
export interface WinnowOptions {
  readonly queue: QueueBackend;
  readonly lanes: number;
}

/** An API on a fresh copy of the seeded database, and workers as they are asked for. */
export interface BenchedWinnow {
  readonly db: Db;
  readonly client: HttpClient;
  /** Starts a worker. @param name the one under which Postgres knows its sessions. */
  startWorker(name: string): Promise<TestProcess>;
  /** Starts a bulk delete of every lead that is left. @returns its UUID, and its id on the wire. */
  deleteLeads(limit?: number): Promise<{ readonly id: string; readonly wireId: string }>;
}

/** Gives `work` all this, and ends it afterwards. */
export async function withWinnow<T>(
  server: SeededServer,
  { queue, lanes }: WinnowOptions,
  work: (winnow: BenchedWinnow) => Promise<T>,
): Promise<T> {
  const redis = queue === 'redis' ? await startRedis() : undefined;
  try {
    return await server.withCopy(async ({ url, db }) => {
      const env = {
        DATABASE_URL: url,
        WINNOW_LANES: String(lanes),
        ...(redis ? { REDIS_URL: redis.url } : {}),
      };
      const processes: TestProcess[] = [];
      const api = await spawnApi(env);
      processes.push(api);
      const client = createHttpClient(api.url, server.apiKey);
      try {
        return await work({
          db,
          client,
          async startWorker(name) {
            const worker = await spawnWorker({ ...env, DATABASE_URL: named(url, name) });
            processes.push(worker);
            return worker;
          },
          async deleteLeads(limit) {
            const wireId = await client.startBulkDelete({
              s_query: requestFor('lead', []).sQuery,
              match_all: true,
              results_limit: limit ?? null,
              send_done_email: false,
            });
            return { id: decodeId('bulkdelete', wireId) ?? '', wireId };
          },
        });
      } finally {
        for (const each of processes) each.kill('SIGKILL');
        await Promise.all(processes.map(({ exited }) => exited));
      }
    });
  } finally {
    await redis?.stop();
  }
}

function named(url: string, applicationName: string): string {
  const own = new URL(url);
  own.searchParams.set('application_name', applicationName);
  return own.href;
}
