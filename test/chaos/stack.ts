import { connect, type Db } from '@winnow/db';
import type { EmbeddedPostgres } from '@winnow/embedded';
import { atFileEnd } from '../support/file-end.ts';
import { startPostgres } from '../support/postgres.ts';
import { spawnApi, spawnWorker } from '../support/processes.ts';
import type { QueueBackend } from '../support/queue-backends.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import type { Differences } from './differences.ts';
import { openPost, type Post } from './fleet.ts';
import { SCALE } from './options.ts';
import { startWitness, type Witness } from './witness.ts';

/** Small pages and short bounds, so that a run of seconds has many of everything. */
const SETTINGS: Readonly<Record<string, string>> = {
  WINNOW_RATE_LIMIT: '0',
  WINNOW_PAGE_SIZE: '20',
  WINNOW_SLICE_MS: '200',
  WINNOW_RECONCILE_MS: '1000',
  WINNOW_IDLE_TIMEOUT_MS: '3000',
  WINNOW_LOCK_TIMEOUT_MS: '1500',
  WINNOW_STATEMENT_TIMEOUT_MS: '15000',
  WINNOW_SYNCHRONOUS_MS: '3000',
  WINNOW_SHUTDOWN_GRACE_MS: '10000',
  WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
  WINNOW_DELIVERY_RETRY_BASE_MS: '100',
};

/** A Winnow with everything that it needs, all of its own; between it and its servers lies a network that can fail. */
export interface Stack {
  /** A connection of ours that no fault is meant for. It still breaks when the server ends. */
  readonly db: Db;
  readonly postgres: EmbeddedPostgres;
  readonly postgresNetwork: TcpProxy;
  /** Null when the queue lives in Postgres. */
  readonly redis: { readonly server: TestRedis; readonly network: TcpProxy } | null;
  readonly apis: readonly Post[];
  readonly workers: readonly Post[];
  readonly witness: Witness;
  /** Ends the processes; the servers end with the test file. */
  close(): Promise<void>;
}

/** Starts everything. It ends with the test file, or with `cleanUp`. */
export async function startStack(queue: QueueBackend, differences: Differences): Promise<Stack> {
  // Killed with SIGKILL it must come back: a page that was half written is repaired from the log.
  const postgres = await startPostgres({ settings: { full_page_writes: 'on', max_connections: '400' } });
  const db = connect({
    connectionString: postgres.url,
    applicationName: 'chaos',
    poolSize: 16,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  atFileEnd('the connections of the run', () => db.destroy());
  const postgresNetwork = await startTcpProxy(postgres.port);
  atFileEnd('the network before Postgres', () => postgresNetwork.close());
  const redis = queue === 'redis' ? await startRedisBehindNetwork() : null;
  const witness = await startWitness();
  const env = {
    ...SETTINGS,
    DATABASE_URL: atPort(postgres.url, postgresNetwork.port),
    SMTP_URL: witness.mail.url,
    ...(redis ? { REDIS_URL: atPort(redis.server.url, redis.network.port) } : {}),
  };
  const posts = await Promise.all([
    ...range(SCALE.apis).map((i) => openPost(`api ${i}`, () => spawnApi(env), differences)),
    ...range(SCALE.workers).map((i) => openPost(`worker ${i}`, () => spawnWorker(env), differences)),
  ]);
  return {
    db,
    postgres,
    postgresNetwork,
    redis,
    apis: posts.slice(0, SCALE.apis),
    workers: posts.slice(SCALE.apis),
    witness,
    async close() {
      await Promise.all(posts.map((post) => post.close()));
    },
  };
}

async function startRedisBehindNetwork() {
  const server = await startRedis({ appendOnly: true });
  const network = await startTcpProxy(server.port);
  atFileEnd('the network before Redis', () => network.close());
  return { server, network };
}

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

function atPort(url: string, port: number): string {
  const moved = new URL(url);
  moved.port = String(port);
  return moved.href;
}
