import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openSender, type WebhookAnswer, type WebhookTarget } from './sender.ts';

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
/** For tests in which nothing may be waited for that long. */
const LONG_MS = 30_000;
const SHORT_MS = 150;
/** For a POST that must get its status in this time, and is then waited for to the end of it. */
const AMPLE_MS = 5_000;

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A receiver on loopback that counts its connections and requests. */
async function receive(
  respond: Respond,
): Promise<{ port: number; seen: { connections: number; requests: IncomingMessage[] } }> {
  const seen: { connections: number; requests: IncomingMessage[] } = { connections: 0, requests: [] };
  const server = createServer((request, response) => {
    seen.requests.push(request);
    respond(request, response);
  });
  server.on('connection', () => {
    seen.connections += 1;
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, seen };
}

const HEADERS = { 'content-type': 'application/json' };
const BODY = Buffer.from('{"a":1}');

const open = (url: string, changes: Partial<WebhookTarget> = {}) =>
  openSender({ url, verifySsl: true, allowPrivate: true, timeoutMs: LONG_MS, connections: 2, ...changes });

/** One POST by a sender of its own. */
async function post(url: string, changes: Partial<WebhookTarget> = {}): Promise<WebhookAnswer> {
  const sender = open(url, changes);
  try {
    return await sender.post(HEADERS, BODY);
  } finally {
    await sender.close();
  }
}

const toLoopback = async () => [{ address: '127.0.0.1', family: 4 }];

describe('a webhook sender', () => {
  it('posts body and headers and gives the status and the beginning of the answer', async () => {
    const bodies: string[] = [];
    const { port, seen } = await receive(async (request, response) => {
      for await (const chunk of request) bodies.push(String(chunk));
      response.writeHead(202).end('thank you');
    });
    const answer = await post(`http://127.0.0.1:${port}/hook?a=b`);
    expect(answer).toEqual({ statusCode: 202, excerpt: 'thank you' });
    expect(bodies).toEqual(['{"a":1}']);
    expect(seen.requests[0]).toMatchObject({ method: 'POST', url: '/hook?a=b' });
    expect(seen.requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '7',
    });
  });

  it('connects to the address that was checked and resolves the name only once', async () => {
    const { port, seen } = await receive((_request, response) => response.end());
    let lookups = 0;
    const answer = await post(`http://receiver.invalid:${port}/`, {
      resolveHost: async () => {
        lookups += 1;
        return toLoopback();
      },
    });
    expect(answer.statusCode).toBe(200);
    expect(lookups).toBe(1);
    expect(seen.requests[0]?.headers.host).toBe(`receiver.invalid:${port}`);
  });

  it('keeps its connections, asks for the addresses once, and ends the connections when it is closed', async () => {
    const { port, seen } = await receive((_request, response) => response.end('ok'));
    let lookups = 0;
    const sender = open(`http://receiver.invalid:${port}/`, {
      resolveHost: async () => {
        lookups += 1;
        return toLoopback();
      },
    });
    for (let n = 0; n < 5; n++) expect((await sender.post(HEADERS, BODY)).statusCode).toBe(200);
    await Promise.all(Array.from({ length: 10 }, () => sender.post(HEADERS, BODY)));
    expect(seen.requests).toHaveLength(15);
    expect(seen.connections).toBeLessThanOrEqual(2);
    expect(lookups).toBe(1);
    const [server] = servers;
    const gone = new Promise((resolve) => seen.requests[0]?.socket.once('close', resolve));
    await sender.close();
    await gone;
    expect(server?.listening).toBe(true);
  });

  it.each([
    ['a name that leads to loopback', 'receiver.invalid', ['127.0.0.1']],
    [
      'a name of which one address is public and one is not',
      'receiver.invalid',
      ['93.184.215.14', '127.0.0.1'],
    ],
    ['a name that leads to loopback by IPv6', 'receiver.invalid', ['::ffff:127.0.0.1']],
    ['a loopback address', '127.0.0.1', undefined],
    ['a loopback address in disguise', '2130706433', undefined],
    ['the machine itself', 'localhost', undefined],
  ])('does not connect to %s', async (_what, host, addresses) => {
    const { port, seen } = await receive((_request, response) => response.end());
    const resolved = addresses?.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const refused = post(`https://${host}:${port}/`, {
      allowPrivate: false,
      ...(resolved && { resolveHost: async () => resolved }),
    });
    await expect(refused).rejects.toThrow(/public address/);
    await expect(refused).rejects.not.toThrow(/127\.|::/);
    expect(seen.connections).toBe(0);
  });

  it('does not use plain http where private addresses are not allowed', async () => {
    const { port, seen } = await receive((_request, response) => response.end());
    const refused = post(`http://receiver.invalid:${port}/`, {
      allowPrivate: false,
      resolveHost: toLoopback,
    });
    await expect(refused).rejects.toThrow('https://');
    expect(seen.connections).toBe(0);
  });

  it('does not follow a redirect', async () => {
    const target = await receive((_request, response) => response.end());
    const { port } = await receive((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${target.port}/` }).end('over there'),
    );
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ statusCode: 307, excerpt: 'over there' });
    expect(target.seen.connections).toBe(0);
  });

  it('reads a bounded part of an answer that never ends, and hangs up', async () => {
    let hungUp: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => {
      hungUp = resolve;
    });
    let written = 0;
    const { port } = await receive((_request, response) => {
      response.writeHead(500);
      const block = Buffer.alloc(16 * 1024, 'x');
      const pour = () => {
        while (!response.destroyed && response.write(block)) written += block.length;
      };
      response.on('drain', pour).on('close', () => hungUp?.());
      pour();
    });
    const answer = await post(`http://127.0.0.1:${port}/`);
    await gone;
    expect(answer.statusCode).toBe(500);
    expect(answer.excerpt).toMatch(/^x{100,300}$/);
    // What lies in the buffers of both ends, and not the gigabytes that a reader to the end would have taken.
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  it('knows the status of an answer whose body never comes', async () => {
    const { port } = await receive((_request, response) => {
      response.writeHead(200);
      response.flushHeaders();
    });
    expect(await post(`http://127.0.0.1:${port}/`, { timeoutMs: AMPLE_MS })).toEqual({
      statusCode: 200,
      excerpt: '',
    });
  });

  it('gives up on a receiver that never answers, on one that drips, and on a name server that is silent', async () => {
    const silent = await receive(() => {});
    await expect(post(`http://127.0.0.1:${silent.port}/`, { timeoutMs: SHORT_MS })).rejects.toThrow(
      /timeout/i,
    );

    const dripping = createTcpServer((socket) => {
      socket.on('error', () => {}).resume();
      const drip = setInterval(() => socket.write('H'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    const { port } = dripping.address() as AddressInfo;
    await expect(post(`http://127.0.0.1:${port}/`, { timeoutMs: SHORT_MS })).rejects.toThrow();
    await new Promise((resolve) => dripping.close(resolve));

    const neverResolves = () => new Promise<never>(() => {});
    const unresolved = post('http://receiver.invalid/', { timeoutMs: SHORT_MS, resolveHost: neverResolves });
    await expect(unresolved).rejects.toThrow(/timeout/i);
  });

  it('throws when nobody listens, when the name does not exist, and when the answer is not HTTP', async () => {
    const { port } = await receive(() => {});
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    await expect(post(`http://127.0.0.1:${port}/`)).rejects.toThrow(/ECONNREFUSED/);

    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND receiver.invalid'), { code: 'ENOTFOUND' });
    const nowhere = post('http://receiver.invalid/', { resolveHost: () => Promise.reject(unknown) });
    await expect(nowhere).rejects.toThrow(/ENOTFOUND/);
    await expect(post('http://receiver.invalid/', { resolveHost: async () => [] })).rejects.toThrow(
      /no address/,
    );

    const rude = createTcpServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-OpenSSH_9.2\r\n'),
    );
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    await expect(post(`http://127.0.0.1:${(rude.address() as AddressInfo).port}/`)).rejects.toThrow();
    await new Promise((resolve) => rude.close(resolve));
  });
});
