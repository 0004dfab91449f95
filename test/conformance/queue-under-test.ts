import { createConnection } from 'node:net';
import { createLogger, type Logger } from '@winnow/logger';
import {
  createDoorbell,
  createQueueWorker,
  type Doorbell,
  QUEUES,
  type QueueHealth,
  type QueueSettings,
  type QueueWorker,
  type QueueWorkerOptions,
} from '@winnow/queue';
import { sql } from 'kysely';
import {
  createDatabase,
  type QueueBackend,
  queueFor,
  spawnScript,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
  type TestProcess,
} from '../support/index.ts';

const CLOSE_GRACE_MS = 5000;

export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** A queue behind a network that can be taken away, with everything that was opened on it. */
export interface QueueUnderTest {
  readonly settings: QueueSettings;
  readonly network: TcpProxy;
  readonly log: readonly LogLine[];
  readonly logger: Logger;
  openDoorbell(settings?: Partial<Pick<QueueSettings, 'enqueueTimeoutMs'>>): Doorbell & QueueHealth;
  /** A worker of the queue of bulk deletes. */
  openWorker(
    process: QueueWorkerOptions['process'],
    options?: Partial<Pick<QueueWorkerOptions, 'concurrency'>>,
  ): QueueWorker;
  /** Starts a worker process (`queue-worker-process.ts`) and waits until it has taken a job that was rung for before. */
  spawnWorker(what: 'hold' | 'work'): Promise<TestProcess>;
  /** Every queue item is gone, from one moment to the next. */
  loseEverything(): Promise<void>;
  /** From now on the server takes no writes, like one that was made a standby, until the result is called. */
  refuseWrites(): Promise<() => Promise<void>>;
  /** Restores the network and closes what was opened. */
  close(): Promise<void>;
}

export async function openQueue(backend: QueueBackend): Promise<QueueUnderTest> {
  const database = await createDatabase();
  const queue = await queueFor(backend, database.url);
  const direct = new URL(queue.redis?.url ?? database.url);
  const network = await startTcpProxy(Number(direct.port));
  const url = new URL(direct);
  url.port = String(network.port);
  const settings: QueueSettings =
    queue.settings.backend === 'redis'
      ? { ...queue.settings, redisUrl: url.href }
      : { ...queue.settings, databaseUrl: url.href };

  const log: LogLine[] = [];
  const destination = { write: (line: string) => void log.push(JSON.parse(line)) };
  const logger = createLogger({ name: 'test', level: 'debug', destination });
  const closers: (() => Promise<void>)[] = [];

  return {
    settings,
    network,
    log,
    logger,
    openDoorbell(changes = {}) {
      const doorbell = createDoorbell({ ...settings, ...changes }, logger);
      closers.push(() => doorbell.close());
      return doorbell;
    },
    openWorker(process, options = {}) {
      const all = { queue: QUEUES.bulkDelete, concurrency: 4, logger, process, ...options };
      const worker = createQueueWorker(settings, all);
      closers.push(() => worker.close(CLOSE_GRACE_MS));
      return worker;
    },
    spawnWorker: (what) =>
      spawnScript('test/conformance/queue-worker-process.ts', {
        ready: 'taken',
        args: [JSON.stringify(settings), what],
      }),
    async loseEverything() {
      if (queue.redis) await askRedis(queue.redis.port, 'FLUSHALL');
      else await sql`truncate bullmq.job cascade`.execute(database.db);
    },
    async refuseWrites() {
      const { redis } = queue;
      if (redis) {
        await askRedis(redis.port, 'REPLICAOF 127.0.0.1 1');
        return () => askRedis(redis.port, 'REPLICAOF NO ONE');
      }
      await makeReadOnly(database, true);
      return () => makeReadOnly(database, false);
    },
    async close() {
      await network.restore();
      await Promise.all(closers.map((close) => close()));
      await network.close();
      await queue.redis?.stop();
      await database.drop();
    },
  };
}

/** The setting holds for new sessions, so the queue's are ended. */
async function makeReadOnly({ db, url }: TestDatabase, isReadOnly: boolean): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await db
    .transaction()
    .setAccessMode('read write')
    .execute(async (trx) => {
      await sql`alter database ${sql.ref(name)} set default_transaction_read_only = ${sql.lit(isReadOnly)}`.execute(
        trx,
      );
    });
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name <> 'winnow-test' and pid <> pg_backend_pid()`.execute(
    db,
  );
}

function askRedis(port: number, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      if (answer.toString().startsWith('+OK')) resolve();
      else reject(new Error(`Redis answered ${answer}`));
    });
  });
}
