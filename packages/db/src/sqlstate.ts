/**
 * What to do about a database error, by SQLSTATE (PostgreSQL documentation, appendix A).
 * - `retry`: the same work may succeed a little later; after some attempts, in smaller pieces.
 * - `wait`: the server cannot work now; nothing is wrong with the work itself, so no attempt is counted.
 * - `fail`: these rows will fail every time; others may not.
 * - `abort`: whatever the rows, it will fail every time: a missing column or right, or a fault of our own.
 */
export type Recovery = 'retry' | 'wait' | 'fail' | 'abort';

const RETRY: Readonly<Record<string, string>> = {
  '40001': 'serialization_failure',
  '40P01': 'deadlock_detected',
  '55P03': 'lock_not_available',
  '57014': 'query_canceled (statement timeout)',
};

const WAIT: Readonly<Record<string, string>> = {
  '25006': 'read_only_sql_transaction (a standby, or a full disk)',
  '25P03': 'idle_in_transaction_session_timeout (this worker was frozen; another has the page)',
  '53000': 'insufficient_resources',
  '53100': 'disk_full',
  '53200': 'out_of_memory',
  '53300': 'too_many_connections',
  '57P01': 'admin_shutdown',
  '57P02': 'crash_shutdown',
  '57P03': 'cannot_connect_now',
  '57P05': 'idle_session_timeout',
  '58030': 'io_error',
};

/** Classes of errors that speak of the statement, not of its rows: syntax and access rules, features, internal. */
const ABORT_CLASSES: ReadonlySet<string> = new Set(['0A', '26', '42', 'XX']);

/** Errors of the socket, not of the server. */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
]);

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Sentences of node-postgres for a connection that is gone; it gives no code with them. */
const CONNECTION_MESSAGE =
  /connection (terminated|ended|error|timeout)|timeout exceeded when trying to connect|not queryable/i;

/** The SQLSTATE or system code of an error, or `unknown`. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'unknown';
}

/** Which recovery fits the error. An error that is not the database's is a fault of our own: `abort`. */
export function recoveryFor(error: unknown): Recovery {
  const code = errorCode(error);
  if (code in RETRY) return 'retry';
  if (code in WAIT || code.startsWith('08') || CONNECTION_CODES.has(code)) return 'wait';
  if (error instanceof Error && CONNECTION_MESSAGE.test(error.message)) return 'wait';
  return SQLSTATE.test(code) && !ABORT_CLASSES.has(code.slice(0, 2)) ? 'fail' : 'abort';
}
