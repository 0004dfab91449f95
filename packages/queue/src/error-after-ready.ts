import { EventEmitter } from 'node:events';

/**
 * Puts off an error of the server that comes in one packet with the message that the session is ready. BullMQ listens to
 * the errors of its `LISTEN` client only after it has waited for the connection (6.7.0, `getListenClient`); an error that
 * comes before, as of a server that is just being stopped, would end the whole process.
 * @param connection what node-postgres calls `stream` on: its `Connection`.
 */
export function putOffErrorAfterReady(connection: unknown): void {
  if (!(connection instanceof EventEmitter)) return;
  const { emit } = connection;
  connection.once('readyForQuery', () => {
    connection.emit = (name: string | symbol, ...args: unknown[]) => {
      if (name !== 'errorMessage') return emit.call(connection, name, ...args);
      setImmediate(() => emit.call(connection, name, ...args));
      return true;
    };
    setImmediate(() => {
      connection.emit = emit;
    });
  });
}
