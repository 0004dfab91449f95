import type { Db } from '@winnow/db';
import { countRows, createHttpClient, requestFor, spawnApi, spawnWorker } from '../support/index.ts';
import { readPeakMemoryMb } from './peak-memory.ts';

const TIMEOUT_MS = 30 * 60_000;

export interface WinnowDelete {
  /** From sending the POST to the first GET that says `done`. */
  readonly ms: number;
  readonly peakWorkerMb: number | undefined;
}

/** The whole way over HTTP, with an API and a worker as processes of their own. */
export async function measureWinnowDelete(
  db: Db,
  env: Readonly<Record<string, string>>,
  request: {
    readonly apiKey: string;
    readonly targets: number;
    readonly limit: number | null;
    readonly archive: boolean;
  },
): Promise<WinnowDelete> {
  const [api, worker] = await Promise.all([spawnApi(env), spawnWorker(env)]);
  try {
    const client = createHttpClient(api.url, request.apiKey);
    const started = performance.now();
    const id = await client.startBulkDelete({
      s_query: requestFor('lead', []).sQuery,
      match_all: true,
      results_limit: request.limit,
      send_done_email: false,
      archive: request.archive,
    });
    const done = await client.waitForEnd(id, TIMEOUT_MS);
    const ms = performance.now() - started;
    await assertExact(db, done, request);
    return { ms, peakWorkerMb: await readPeakMemoryMb(worker.pid) };
  } finally {
    api.kill('SIGTERM');
    worker.kill('SIGTERM');
    await Promise.all([api.exited, worker.exited]);
  }
}

/** A fast answer that is wrong is worth nothing. */
async function assertExact(
  db: Db,
  done: Readonly<Record<string, unknown>>,
  { targets, archive }: { readonly targets: number; readonly archive: boolean },
): Promise<void> {
  const archived = await countRows(db, 'archive.lead');
  if (done.status !== 'done' || done.n_objects_deleted !== targets || archived !== (archive ? targets : 0)) {
    throw new Error(`expected ${targets} deleted, found ${JSON.stringify(done)} and ${archived} archived`);
  }
}
