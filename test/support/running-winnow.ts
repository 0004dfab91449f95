import { createHttpClient, type HttpClient } from './http-client.ts';
import { spawnApi, spawnWorker, type TestProcess } from './processes.ts';
import { type QueueBackend, queueFor } from './queue-backends.ts';
import { waitFor } from './wait-for.ts';

/** Api and worker processes on one database and one queue. */
export interface RunningWinnow {
  /** For further processes beside them. */
  readonly env: Readonly<Record<string, string>>;
  readonly apis: readonly TestProcess[];
  readonly workers: readonly TestProcess[];
  /** A client with this key of one of the api processes, counted from 0. */
  client(apiKey: string, api?: number): HttpClient;
  /** Ends all of them at once. */
  stop(): Promise<void>;
}

/** Tests hold pages at gates and behind locks, for as long as a loaded machine takes for what they do meanwhile. */
const PATIENCE = { WINNOW_LOCK_TIMEOUT_MS: '120000', WINNOW_STATEMENT_TIMEOUT_MS: '120000' };

/** Starts them and waits until they are ready. Their pages are patient with locks, unless `env` says otherwise. */
export async function startWinnowProcesses(
  backend: QueueBackend,
  databaseUrl: string,
  options: {
    readonly apis: number;
    readonly workers: number;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<RunningWinnow> {
  const queue = await queueFor(backend, databaseUrl);
  const env = { ...queue.env, ...PATIENCE, ...options.env };
  const times = <T>(n: number, start: () => Promise<T>) => Promise.all(Array.from({ length: n }, start));
  const [apis, workers] = await Promise.all([
    times(options.apis, () => spawnApi(env)),
    times(options.workers, () => spawnWorker(env)),
  ]);
  return {
    env,
    apis,
    workers,
    client(apiKey, api = 0) {
      const process = apis[api];
      if (!process) throw new Error(`there are ${apis.length} api processes only`);
      return createHttpClient(process.url, apiKey);
    },
    async stop() {
      for (const process of [...apis, ...workers]) process.kill('SIGKILL');
      await Promise.all([...apis, ...workers].map(({ exited }) => exited));
    },
  };
}

/** Polls a bulk delete or an undo until it has one of these statuses. @param path `bulk_action/undo/bulkundo_…/`. */
export function waitForStatus(
  client: HttpClient,
  path: string,
  statuses: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  return waitFor(
    async () => {
      const { body } = await client.get(path);
      return statuses.includes(String(body.status)) && body;
    },
    { what: `${path} to be ${statuses.join(' or ')}`, timeoutMs: 60_000 },
  );
}
