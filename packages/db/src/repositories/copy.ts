import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { CONNECT_TIMEOUT_MS, KEEP_ALIVE_MS } from '../connection.ts';
import { SESSION_OPTIONS } from '../session-options.ts';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

/** Where rows go. Names come from code or a catalog, never from a request; they are quoted all the same. */
export interface CopyTarget {
  /** Absent for a temporary table of the session. */
  readonly schema?: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** How the chunks are written (PostgreSQL documentation, COPY, file formats). */
  readonly format: 'text' | 'binary';
}

/** A piece of the stream, broken anywhere. */
type CopyChunk = string | Uint8Array;

/** One transaction of a copy session: copies and statements commit together or not at all. */
export interface CopyTransaction {
  readonly trx: Trx;
  /**
   * `COPY … FROM STDIN`. Statements on `trx` wait until it has ended.
   * @param chunks read only as fast as the server takes them.
   * @returns how many rows were written.
   * @throws the server's error, or the one that `chunks` threw; either ends the transaction.
   */
  copyInto(target: CopyTarget, chunks: Iterable<CopyChunk> | AsyncIterable<CopyChunk>): Promise<number>;
}

/** A connection of its own, for loads that would starve a pool's other users. */
export interface CopySession {
  /** Commits when `work` resolves, rolls back when it rejects. One transaction at a time. */
  transaction<T>(work: (transaction: CopyTransaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens a session for bulk loads. No time limit: a load takes as long as its file.
 * @param options.waitsForDisk false: a commit does not wait until it is on disk. A power cut then loses whole transactions of
 *   the last second, never a part of one.
 */
export function openCopySession(options: {
  readonly connectionString: string;
  readonly applicationName: string;
  readonly waitsForDisk: boolean;
}): CopySession {
  let client: pg.ClientBase | undefined;
  // One connection: the client that Kysely's transaction has checked out is the one that copies.
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    options: `${SESSION_OPTIONS}${options.waitsForDisk ? '' : ' -c synchronous_commit=off'}`,
  });
  pool.on('error', () => {});
  pool.on('connect', (connected) => {
    connected.on('error', () => {});
    client = connected;
  });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });

  return {
    transaction: (work) =>
      db.transaction().execute(async (trx) => {
        const connected = client;
        if (!connected) throw new Error('a transaction runs without a connection');
        return work({ trx, copyInto: (target, chunks) => copyInto(connected, target, chunks) });
      }),
    close: () => db.destroy(),
  };
}

async function copyInto(
  client: pg.ClientBase,
  target: CopyTarget,
  chunks: Iterable<CopyChunk> | AsyncIterable<CopyChunk>,
): Promise<number> {
  const table = [target.schema, target.table].filter((name) => name !== undefined).map(pg.escapeIdentifier);
  const columns = target.columns.map(pg.escapeIdentifier).join(', ');
  const stream = client.query(
    copyFrom(`copy ${table.join('.')} (${columns}) from stdin (format ${target.format})`),
  );
  // When `chunks` throws, pipeline destroys the stream: the server is told to drop what it has, and the transaction ends.
  await pipeline(Readable.from(chunks), stream);
  return stream.rowCount;
}
