import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import pg from 'pg';
import { expect, it } from 'vitest';
import { putOffErrorAfterReady } from './error-after-ready.ts';

/** A message of the server (PostgreSQL documentation, 54.7): type, length, body. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const AUTHENTICATION_OK = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const STOPPED = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

it('an error that comes with the message that the session is ready reaches who listens once the session is there', async () => {
  const server = createServer((client) => {
    client.once('data', () => client.end(Buffer.concat([AUTHENTICATION_OK, READY, STOPPED])));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const client = new pg.Client({
    host: '127.0.0.1',
    port: address.port,
    user: 'winnow',
    stream(this: unknown) {
      putOffErrorAfterReady(this);
      return new Socket();
    },
  });

  await client.connect();
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  await new Promise<void>((resolve) => client.once('end', resolve));

  expect(errors[0]).toMatchObject({ code: '57P01' });
  server.close();
});
