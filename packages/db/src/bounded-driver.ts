import {
  type CompiledQuery,
  type DatabaseConnection,
  PostgresDialect,
  PostgresDriver,
  type QueryExecutorProvider,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';

/** Beyond the server's own bound of a statement: an answer that has not come by then never will. Milliseconds. */
export const ANSWER_SLACK_MS = 5000;
/** Last part of the slack: a process that slept itself reads first what has arrived meanwhile. */
const SECOND_LOOK_MS = 1000;
/** The longest that a timer of Node can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What is known of a statement whose answer did not come: nothing. Its code counts as an error of the connection. */
export class SilentServerError extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(waitedMs: number) {
    super(`Postgres has not answered within ${waitedMs} ms; the connection was given up`);
    this.name = 'SilentServerError';
  }
}

/**
 * A connection that does not wait for its server for ever. Postgres ends statements that take too long, but a server
 * that is frozen, or a network that swallows packets, says nothing at all.
 */
class BoundedConnection implements DatabaseConnection {
  /** The server's own bound in force; 0 is none. */
  statementTimeoutMs: number;
  isGivenUp = false;
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient, statementTimeoutMs: number) {
    this.#client = client;
    this.statementTimeoutMs = statementTimeoutMs;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.#answerInTime(() =>
      this.#client.query(sql, [...parameters]),
    );
    const changes =
      command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
    return { rows: rows ?? [], ...(changes ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}) };
  }

  // biome-ignore lint/correctness/useYield: nothing here reads by a cursor.
  async *streamQuery(): AsyncGenerator<never> {
    throw new Error('reading by a cursor is not supported');
  }

  release(): void {
    this.#client.release(this.isGivenUp);
  }

  async #answerInTime<T>(ask: () => Promise<T>): Promise<T> {
    const waitMs = this.statementTimeoutMs + ANSWER_SLACK_MS;
    const giveUp = (): void => {
      this.isGivenUp = true;
      // With a statement under way this cuts the socket without a word, which fails the statement.
      void (this.#client as pg.PoolClient & Pick<pg.Client, 'end'>).end().catch(() => undefined);
    };
    let timer =
      this.statementTimeoutMs === 0
        ? undefined
        : setTimeout(
            () => {
              timer = setTimeout(giveUp, SECOND_LOOK_MS);
            },
            Math.min(waitMs - SECOND_LOOK_MS, LONGEST_TIMER_MS),
          );
    try {
      return await ask();
    } catch (error) {
      throw this.isGivenUp ? new SilentServerError(waitMs) : withCaller(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** An error that the server sent knows only the socket it came from: the caller's frames are added to it. */
function withCaller(error: unknown): unknown {
  if (error instanceof Error)
    error.stack = `${error.stack}\n${new Error().stack?.split('\n').slice(1).join('\n')}`;
  return error;
}

class BoundedDriver extends PostgresDriver {
  readonly #pool: pg.Pool;
  readonly #statementTimeoutMs: number;

  constructor(pool: pg.Pool, statementTimeoutMs: number) {
    super({ pool });
    this.#pool = pool;
    this.#statementTimeoutMs = statementTimeoutMs;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new BoundedConnection(await this.#pool.connect(), this.#statementTimeoutMs);
  }

  /** Nothing to take back on a connection that is given up, and the reason is not to be hidden by another. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof BoundedConnection && connection.isGivenUp))
      await super.rollbackTransaction(connection);
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof BoundedConnection) connection.release();
  }
}

/** Kysely's dialect, on connections that give up a server which does not answer. */
export class BoundedDialect extends PostgresDialect {
  readonly #pool: pg.Pool;
  readonly #statementTimeoutMs: number;

  /** @param statementTimeoutMs the server's bound of a statement in the pool's sessions; 0 is none. */
  constructor(pool: pg.Pool, statementTimeoutMs: number) {
    super({ pool });
    this.#pool = pool;
    this.#statementTimeoutMs = statementTimeoutMs;
  }

  override createDriver(): BoundedDriver {
    return new BoundedDriver(this.#pool, this.#statementTimeoutMs);
  }
}

/**
 * Says that the server's bound of a statement is another one until the connection is given back: the transaction's, or
 * that of `db.connection()`. Whoever sets `statement_timeout` says it here too.
 */
export async function expectAnswersWithin(
  session: QueryExecutorProvider,
  statementTimeoutMs: number,
): Promise<void> {
  await session.getExecutor().provideConnection(async (connection) => {
    if (connection instanceof BoundedConnection) connection.statementTimeoutMs = statementTimeoutMs;
  });
}
