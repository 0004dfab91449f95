import { Kysely } from 'kysely';
import pg from 'pg';
import { BoundedDialect } from './bounded-driver.ts';
import { SESSION_OPTIONS } from './session-options.ts';
import type { Database } from './tables.ts';

export type Db = Kysely<Database>;

/** `bigint` and `count(*)` come as text by default; every one here fits a double exactly. */
const INT8_OID = 20;
/** `date` is a calendar day: as a JavaScript Date it would move with the machine's time zone. */
const DATE_OID = 1082;
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8_OID) return Number;
    if (oid === DATE_OID) return (value: string) => value;
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

export interface ConnectOptions {
  readonly connectionString: string;
  /** Shown in `pg_stat_activity`, so that an operator sees whose connection it is. */
  readonly applicationName: string;
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
  /**
   * After this the server cuts off a transaction whose process says nothing, and its locks with it; without it never.
   * A page sets its own.
   */
  readonly idleTimeoutMs?: number;
  /** Called for errors of idle connections; without a listener one of them would end the process. */
  readonly onIdleError: (error: Error) => void;
}

/** Longest wait for a connection: for a free one of the pool, or for a server to take a new one. */
export const CONNECT_TIMEOUT_MS = 10_000;
const UNUSED_CONNECTION_MS = 30_000;
/** A connection that is silent for so long is probed every second; ten probes without an answer end it. */
export const KEEP_ALIVE_MS = 10_000;

/**
 * A pool of connections to Postgres. Neither side waits for the other for ever: see `SESSION_OPTIONS` for the server's
 * side; on this one a statement without an answer fails soon after the server should have ended it, with an error that
 * counts as one of the connection, which is thrown away.
 */
export function connect(options: ConnectOptions): Db {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: UNUSED_CONNECTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: options.idleTimeoutMs ?? 0,
    options: SESSION_OPTIONS,
    types,
  });
  pool.on('error', options.onIdleError);
  // A checked-out client that loses its server emits 'error' as well as rejecting its query.
  pool.on('connect', (client) => client.on('error', options.onIdleError));
  return new Kysely<Database>({ dialect: new BoundedDialect(pool, options.statementTimeoutMs) });
}
