import { createConnection, createServer, type Socket } from 'node:net';

const HOST = '127.0.0.1';

/** A network between a client and a server that can be taken away without touching either. */
export interface TcpProxy {
  readonly port: number;
  /** Connections are cut and new ones refused, as when the server is not running. */
  refuse(): Promise<void>;
  /** Nothing gets through any more, and nobody is told, as when a cable is pulled or a server hangs. */
  freeze(): void;
  /** The connections of this moment are dead for ever without anybody being told; new ones work. */
  abandonConnections(): void;
  /** From now on everything arrives so much later, in both directions. Milliseconds; 0 for no delay. */
  delay(ms: number): void;
  /**
   * Clients are told that nothing more will come, and get no answer; what they still send arrives. New connections
   * work.
   */
  halfClose(): void;
  /** All is well again. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback interface and passes everything on to the other. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const abandoned = new WeakSet<Socket>();
  let frozen = false;
  let delayMs = 0;

  /** Passes on what comes from one side to the other: in order, also when the delay changes meanwhile. */
  function passOn(from: Socket, to: Socket): void {
    const late: Buffer[] = [];
    let lastDueAt = 0;
    const writeNext = (): void => {
      const chunk = late.shift();
      if (chunk !== undefined && to.writable) to.write(chunk);
    };
    from.on('data', (chunk: Buffer) => {
      const now = performance.now();
      lastDueAt = Math.max(lastDueAt, now + delayMs);
      late.push(chunk);
      if (late.length === 1 && lastDueAt <= now) writeNext();
      else setTimeout(writeNext, lastDueAt - now);
    });
  }

  const server = createServer((client) => {
    const upstream = createConnection(targetPort, HOST);
    clients.add(client);
    client.on('close', () => clients.delete(client));
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      passOn(from, to);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        if (!frozen && !abandoned.has(to)) to.destroy();
      });
      if (frozen) from.pause();
    }
  });

  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, HOST, () => {
        server.off('error', reject);
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  const refuse = async (): Promise<void> => {
    frozen = false;
    delayMs = 0;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const port = await listen(0);
  return {
    port,
    refuse,
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    abandonConnections() {
      for (const socket of sockets) {
        socket.pause();
        abandoned.add(socket);
      }
    },
    delay(ms) {
      delayMs = ms;
    },
    halfClose() {
      for (const client of clients) client.end();
    },
    async restore() {
      if (!server.listening) await listen(port);
      frozen = false;
      delayMs = 0;
      for (const socket of sockets) if (!abandoned.has(socket)) socket.resume();
    },
    close: refuse,
  };
}
