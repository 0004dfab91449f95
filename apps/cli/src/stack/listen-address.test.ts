import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { baseUrl, reservePort } from './listen-address.ts';

describe('reservePort', () => {
  it('chooses a free port for 0, which can then be listened on', async () => {
    const port = await reservePort('127.0.0.1', 0);
    expect(port).toBeGreaterThan(0);
    expect(await reservePort('127.0.0.1', port)).toBe(port);
  });

  it('says in a sentence that a port is in use', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(reservePort('127.0.0.1', port)).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is in use, perhaps by another Winnow. Choose another with PORT=… or HOST=….`,
    );
    server.close();
  });

  it('says in a sentence that an address is not of this machine', async () => {
    await expect(reservePort('192.0.2.1', 0)).rejects.toThrow(/is not an address of this machine/);
  });
});

describe('baseUrl', () => {
  it('names an address that this machine can reach', () => {
    expect(baseUrl('127.0.0.1', 80)).toBe('http://127.0.0.1:80');
    expect(baseUrl('0.0.0.0', 80)).toBe('http://127.0.0.1:80');
    expect(baseUrl('::1', 80)).toBe('http://[::1]:80');
  });
});
