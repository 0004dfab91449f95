import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { spawnApi, spawnWorker } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
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
  const quiet = { ...env, LOG_LEVEL: 'info' };
  const [api, worker] = await Promise.all([spawnApi(quiet), spawnWorker(quiet)]);
  try {
    const started = performance.now();
    const { id } = await call(api.url, request.apiKey, 'POST', '/', {
      s_query: { type: 'and', queries: [{ type: 'object_type', object_type: 'lead' }] },
      match_all: true,
      results_limit: request.limit,
      send_done_email: false,
      archive: request.archive,
    });
    const done = await waitFor(
      async () => {
        const bulkDelete = await call(api.url, request.apiKey, 'GET', `/${id}/`);
        return ['done', 'error'].includes(String(bulkDelete.status)) && bulkDelete;
      },
      { timeoutMs: TIMEOUT_MS, what: 'the bulk delete to end' },
    );
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
  const { rows } = await sql<{
    archived: number;
  }>`select count(*)::int as archived from archive.lead`.execute(db);
  const archived = rows[0]?.archived ?? 0;
  if (done.status !== 'done' || done.n_objects_deleted !== targets || archived !== (archive ? targets : 0)) {
    throw new Error(`expected ${targets} deleted, found ${JSON.stringify(done)} and ${archived} archived`);
  }
}

async function call(
  url: string,
  apiKey: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${url}/api/v1/bulk_action/delete${path}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${method} ${path}: ${text}`);
  return { ...parsed };
}
