import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import pg from 'pg';
import { expect, it } from 'vitest';
import { cutWhenUnanswered } from './unanswered.ts';

/** Authentication is fine, and the session is ready (PostgreSQL documentation, 54.7). */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const LIMIT_MS = 300;

it('a connection whose request stays unanswered is cut, and one on which nothing is asked is left alone', async () => {
  // Says nothing any more once it has said that it is ready.
  const server = createServer((client) => {
    client.once('data', () => client.write(WELCOME));
    client.on('error', () => undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const sockets: Socket[] = [];
  const connect = async () => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: address.port,
      user: 'winnow',
      query_timeout: 50,
      stream(this: unknown) {
        cutWhenUnanswered(this, LIMIT_MS);
        const socket = new Socket();
        sockets.push(socket);
        return socket;
      },
    });
    await client.connect();
    client.on('error', () => undefined);
    return client;
  };
  await connect();
  const asking = await connect();
  const error = once(asking, 'error');

  await expect(asking.query('listen jobs')).rejects.toThrow('Query read timeout');
  expect((await error)[0]).toMatchObject({ message: expect.stringContaining(`within ${LIMIT_MS} ms`) });

  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, true]);
  for (const socket of sockets) socket.destroy();
  server.close();
});
