import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '@winnow/config';
import type { OutboxMessage } from '@winnow/embedded';
import { type Bootstrap, bootstrap } from './bootstrap.ts';
import { withDb } from './database-access.ts';
import { startEmbeddedDatabase } from './embedded-database.ts';
import { baseUrl, reservePort } from './listen-address.ts';
import { announceMail } from './mail-announcer.ts';
import { migrateAll } from './migrate-all.ts';
import { watchProcess } from './process-watch.ts';
import { waitForApi, waitForWorker } from './readiness.ts';
import { describeEnd, type Service, startService } from './service.ts';
import { createStopList, type StopList } from './stop-list.ts';

/** The whole of Winnow, running: a database, the API, a worker. */
export interface Stack {
  readonly baseUrl: string;
  readonly databaseUrl: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly bootstrap: Bootstrap;
  /** Absolute; null when a mail server takes the messages. */
  readonly mailDir: string | null;
  readonly logDir: string;
  /** Rejects with a CommandFailure when a part ends although nobody told it to; never resolves. */
  readonly broken: Promise<never>;
  /** Ends the API, then the worker (the page in hand is finished), then the database. */
  stop(): Promise<void>;
  /** Ends the processes at once, as a crash would: nothing is lost, the next start carries on. */
  kill(): void;
}

export interface StackOptions {
  readonly config: Config;
  readonly environment: NodeJS.ProcessEnv;
  /** Told of warnings and errors of the processes. */
  readonly onTrouble: (text: string) => void;
  /** Told of each message that comes into the mail folder from now on. */
  readonly onMail?: (message: OutboxMessage) => void;
  /** Starting is called off when it fires, and what has started is stopped. */
  readonly signal: AbortSignal;
}

/**
 * Starts everything in order: database (the embedded one without DATABASE_URL), migrations, the first key, worker, API.
 * @returns when the API and the worker are ready.
 * @throws an Error with a sentence for the user, or the signal's reason; then nothing of it is left running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops = createStopList();
  try {
    return await startParts(options, stops);
  } catch (error) {
    await stops.run().catch(() => {});
    // What failed because it was called off is no news.
    options.signal.throwIfAborted();
    throw error;
  }
}

async function startParts(options: StackOptions, stops: StopList): Promise<Stack> {
  const { config, signal } = options;
  const dataDir = path.resolve(config.WINNOW_DATA_DIR);
  const port = await reservePort(config.HOST, config.PORT);
  const url = baseUrl(config.HOST, port);
  await mkdir(dataDir, { recursive: true });
  const database = await openDatabase(options, dataDir, stops);
  signal.throwIfAborted();
  await migrateAll(config, database.url);
  signal.throwIfAborted();
  const access = await withDb(database.url, (db) =>
    bootstrap(db, { dataDir, baseUrl: url, ownsDatabase: database.pid !== null }),
  );
  signal.throwIfAborted();
  const mailDir = config.SMTP_URL === undefined ? chooseMailDir(options.environment, dataDir) : null;
  if (mailDir !== null && options.onMail) stops.add(await announceMail(mailDir, options.onMail));

  const logDir = path.join(dataDir, 'logs');
  const heartbeatFile = path.join(dataDir, 'worker.heartbeat');
  await rm(heartbeatFile, { force: true });
  const environment: NodeJS.ProcessEnv = {
    ...options.environment,
    DATABASE_URL: database.url,
    PORT: String(port),
    WINNOW_DATA_DIR: dataDir,
    WINNOW_HEARTBEAT_FILE: heartbeatFile,
    WINNOW_PUBLIC_URL: config.WINNOW_PUBLIC_URL ?? url,
    ...(mailDir === null ? {} : { WINNOW_MAIL_DIR: mailDir }),
  };
  const services: Service[] = [];
  // The worker first: it is then stopped after the API, when nothing new can come.
  for (const name of ['worker', 'api']) {
    const service = await startService({
      name,
      script: `${name}/src/main.ts`,
      environment,
      logDir,
      onTrouble: (text) => options.onTrouble(`${name}: ${text}`),
    });
    stops.add(() => service.stop(config.WINNOW_SHUTDOWN_GRACE_MS));
    services.push(service);
  }
  const broken = waitForBreak(services, database.pid, dataDir);
  // Whoever stops the stack before it breaks does not wait for this.
  broken.catch(() => {});
  await waitUntilReady([(until) => waitForApi(url, until), (until) => waitForWorker(heartbeatFile, until)], {
    signal,
    broken,
  });
  return {
    baseUrl: url,
    databaseUrl: database.url,
    dataDir,
    bootstrap: access,
    mailDir,
    logDir,
    broken,
    stop: stops.run,
    kill() {
      for (const service of services) service.kill();
    },
  };
}

/** Waits for all, unless something breaks first; then nobody goes on waiting, which would keep this process alive. */
async function waitUntilReady(
  waits: readonly ((until: AbortSignal) => Promise<void>)[],
  unless: { readonly signal: AbortSignal; readonly broken: Promise<never> },
): Promise<void> {
  const over = new AbortController();
  const until = AbortSignal.any([unless.signal, over.signal]);
  try {
    await Promise.race([Promise.all(waits.map((wait) => wait(until))), unless.broken]);
  } finally {
    over.abort();
  }
}

async function openDatabase(
  { config }: StackOptions,
  dataDir: string,
  stops: StopList,
): Promise<{ readonly url: string; readonly pid: number | null }> {
  if (config.DATABASE_URL !== undefined) return { url: config.DATABASE_URL, pid: null };
  const postgres = await startEmbeddedDatabase(dataDir);
  stops.add(() => postgres.stop());
  return { url: postgres.url, pid: postgres.pid };
}

function chooseMailDir(environment: NodeJS.ProcessEnv, dataDir: string): string {
  const chosen = environment.WINNOW_MAIL_DIR ?? '';
  return chosen === '' ? path.join(dataDir, 'mail') : path.resolve(chosen);
}

async function waitForBreak(
  services: readonly Service[],
  postgresPid: number | null,
  dataDir: string,
): Promise<never> {
  const ends = services.map(async (service) => describeEnd(await service.ended));
  if (postgresPid !== null) ends.push(watchProcess(postgresPid, dataDir));
  throw await Promise.race(ends);
}
