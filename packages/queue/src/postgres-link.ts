import { Socket } from 'node:net';
import { createPostgresBackend, type PostgresPoolConfig } from 'bullmq';
import type { ClientBase } from 'pg';
import { putOffErrorAfterReady } from './error-after-ready.ts';
import type { OnError, ProducerLink, WorkerLink } from './link.ts';
import { separateOptions } from './postgres-url.ts';
import type { PostgresQueueSettings } from './settings.ts';
import { cutWhenUnanswered } from './unanswered.ts';

/** BullMQ's tables have a schema of their own beside ours, so that `pg_dump -N bullmq` is the whole truth. */
export const QUEUE_SCHEMA = 'bullmq';
const DEFAULT_POOL_SIZE = 2;
const IDLE_CONNECTION_MS = 30_000;
const KEEP_ALIVE_MS = 10_000;
/** A queue item may be lost, so no commit of one need wait for the disk. */
const FORGETFUL = '-c synchronous_commit=off';
/** A machine that lost its power tells nobody: its sessions end within half a minute, not after two hours. */
const KEPT_ALIVE =
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000';
/** A worker's longest wait for one answer; a connection that is silent for longer is taken for dead. */
export const WORKER_QUERY_TIMEOUT_MS = 10_000;
/** Beyond the time-out of a query, which fails it first. */
const UNANSWERED_SLACK_MS = 1000;

interface PostgresConnections {
  readonly config: PostgresPoolConfig;
  destroy(): void;
}

/**
 * The pool's settings for BullMQ, which makes the pool and the `LISTEN` connection itself. It can only end them by asking
 * the server, so we keep hold of the sockets: with the server frozen they are all that can be ended.
 * Tables are made by `migrateQueue`, never on connecting: ten processes that start together must not race to do it.
 */
function configureConnections(
  settings: PostgresQueueSettings,
  timeoutMs: number,
  onError: OnError,
): PostgresConnections {
  const { connectionString, options } = separateOptions(settings.databaseUrl);
  const sockets = new Set<Socket>();
  let destroyed = false;
  const cut = (socket: Socket) => socket.destroy();
  return {
    config: {
      connectionString,
      options: [options, FORGETFUL, KEPT_ALIVE].filter(Boolean).join(' '),
      schema: QUEUE_SCHEMA,
      migrate: false,
      application_name: 'winnow-queue',
      max: settings.poolSize ?? DEFAULT_POOL_SIZE,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      statement_timeout: timeoutMs,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      // While BullMQ looks at the schema on a connection it does not listen: its loss would end the process.
      onConnect: (client: ClientBase) => void client.on('error', onError),
      stream(this: unknown) {
        putOffErrorAfterReady(this);
        cutWhenUnanswered(this, timeoutMs + UNANSWERED_SLACK_MS);
        const socket = new Socket();
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        if (destroyed) setImmediate(cut, socket);
        return socket;
      },
    },
    destroy() {
      destroyed = true;
      for (const socket of sockets) cut(socket);
    },
  };
}

export function openPostgresProducer(settings: PostgresQueueSettings, onError: OnError): ProducerLink {
  const { config, destroy } = configureConnections(settings, settings.enqueueTimeoutMs, onError);
  const backend = createPostgresBackend('doorbell', { connection: config });
  backend.on('error', onError);
  return { backend, ready: () => backend.waitUntilReady(), destroy };
}

export function openPostgresWorker(settings: PostgresQueueSettings, onError: OnError): WorkerLink {
  const { config, destroy } = configureConnections(settings, WORKER_QUERY_TIMEOUT_MS, onError);
  return {
    backendFactory: (name, options, extra) =>
      createPostgresBackend(name, { ...options, connection: config }, extra),
    destroy,
  };
}
