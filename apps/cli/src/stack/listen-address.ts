import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { CommandFailure } from '../command-failure.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use, perhaps by another Winnow',
  EACCES: 'may not be used by this user',
  EADDRNOTAVAIL: 'is not an address of this machine',
  ENOTFOUND: 'is not an address of this machine',
};

/**
 * Makes sure that the API will be able to listen, before anything is started for it.
 * @param port 0 chooses a free one.
 * @returns the port.
 * @throws CommandFailure that says why not and which setting to change.
 */
export async function reservePort(host: string, port: number): Promise<number> {
  const server = createServer();
  try {
    await once(server.listen({ host, port, exclusive: true }), 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = REASONS[code] ?? `cannot be listened on (${code})`;
    throw new CommandFailure(`Port ${port} of ${host} ${reason}. Choose another with PORT=… or HOST=….`);
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return isBound(address) ? address.port : port;
}

function isBound(address: ReturnType<ReturnType<typeof createServer>['address']>): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** The URL by which this machine reaches an API that listens there. */
export function baseUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
