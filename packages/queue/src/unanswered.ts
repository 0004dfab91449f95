import { EventEmitter } from 'node:events';

/** What node-postgres asks a server with: after each of these it waits until the server is ready again. */
const REQUESTS = ['query', 'sync'] as const;

/**
 * Cuts a connection on which a request stays unanswered for so long. A pool throws a connection away whose query timed
 * out; BullMQ keeps its `LISTEN` client (6.7.0, `getListenClient`), asks it again and again, and hears of no job any more.
 * A connection on which nothing is asked may be silent for ever.
 * @param connection what node-postgres calls `stream` on: its `Connection`.
 * @param limitMs longer than a query may wait for its answer, so that the query fails first, for its own reason.
 */
export function cutWhenUnanswered(connection: unknown, limitMs: number): void {
  if (!(connection instanceof EventEmitter)) return;
  let timer: NodeJS.Timeout | undefined;
  const cut = (): void => {
    // By then it may be another than at first: encrypted.
    const stream: unknown = Reflect.get(connection, 'stream');
    const reason = new Error(`Postgres has not answered within ${limitMs} ms; the connection is given up`);
    if (stream instanceof EventEmitter && 'destroy' in stream && typeof stream.destroy === 'function')
      stream.destroy(reason);
  };
  for (const name of REQUESTS) {
    const request: unknown = Reflect.get(connection, name);
    if (typeof request !== 'function') continue;
    Reflect.set(connection, name, (...args: unknown[]) => {
      timer ??= setTimeout(cut, limitMs);
      return Reflect.apply(request, connection, args);
    });
  }
  const answered = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  connection.on('readyForQuery', answered);
  connection.on('end', answered);
}
