import getPort from 'get-port';

/** A port of the loopback interface that nothing listens on, and that this process has not handed out yet. */
export function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' });
}
