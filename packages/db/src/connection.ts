import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
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
  /** Called for errors of idle connections; without a listener one of them would end the process. */
  readonly onIdleError: (error: Error) => void;
}

/**
 * A pool of connections to Postgres. Each session notices within a second that its client is gone, so that the
 * locks of a killed process are free soon even in the middle of a long statement.
 */
export function connect(options: ConnectOptions): Db {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.poolSize,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: options.statementTimeoutMs,
    options: '-c client_connection_check_interval=1000 -c TimeZone=UTC',
    types,
  });
  pool.on('error', options.onIdleError);
  // A checked-out client that loses its server emits 'error' as well as rejecting its query.
  pool.on('connect', (client) => client.on('error', options.onIdleError));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
